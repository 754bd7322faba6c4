//! stub
/// stub
#[derive(Debug)]
#[non_exhaustive]
pub struct Claims;
/// stub
#[derive(Debug)]
#[non_exhaustive]
pub struct Profile;
