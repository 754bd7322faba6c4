//! stub
/// stub
#[derive(Debug)]
#[non_exhaustive]
pub struct ReqwestTransport;
/// stub
#[derive(Debug)]
#[non_exhaustive]
pub struct BuildTransportError;
