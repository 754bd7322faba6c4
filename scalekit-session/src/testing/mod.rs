//! Sign a test in without HTTP, by a key that is known to everybody.
//!
//! ```
//! use scalekit_session::testing::SigningKey;
//!
//! let key = SigningKey::development();
//! let token = key.sign(r#"{"alg":"RS256","kid":"snk_1"}"#, r#"{"sub":"usr_1"}"#);
//! assert_eq!(token.split('.').count(), 3);
//! assert!(key.jwks("snk_1").contains("snk_1"));
//! ```

mod signing;

pub use signing::SigningKey;
