//! The conformance suite of `scalekit-emulator`, told to an axum application (R53).

mod application;

scalekit_emulator::conformance!(application::AxumApplication);
scalekit_emulator::conformance!(application::AxumApplication, split);
