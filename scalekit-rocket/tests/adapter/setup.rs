//! An application that was put together wrongly is told so, and serves nobody.
