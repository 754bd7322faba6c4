//! The conformance suite of `scalekit-emulator`, told to an actix-web application (R53).

mod application;

scalekit_emulator::conformance!(application::ActixApplication);
scalekit_emulator::conformance!(application::ActixApplication, split);
