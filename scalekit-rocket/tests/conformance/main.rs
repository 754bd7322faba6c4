//! The conformance suite of `scalekit-emulator`, told to a Rocket application (R53).

mod application;

scalekit_emulator::conformance!(application::RocketApplication);
scalekit_emulator::conformance!(application::RocketApplication, split);
