//! The conformance suite, told to an actix-web application (R53).

mod application;

scalekit_conformance::conformance!(application::ActixApplication);
scalekit_conformance::conformance!(application::ActixApplication, split);
