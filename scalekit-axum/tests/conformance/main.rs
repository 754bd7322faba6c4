//! The conformance suite, told to an axum application (R53).

mod application;

scalekit_conformance::conformance!(application::AxumApplication);
scalekit_conformance::conformance!(application::AxumApplication, split);
