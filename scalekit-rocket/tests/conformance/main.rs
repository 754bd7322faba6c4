//! The conformance suite, told to a Rocket application (R53).

mod application;

scalekit_conformance::conformance!(application::RocketApplication);
scalekit_conformance::conformance!(application::RocketApplication, split);
