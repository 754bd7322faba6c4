//! A client for unary calls, and the messages of the session service as far as tests look at them.

use axum::body::Bytes;
use axum::http::{HeaderMap, Request, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use prost::Message;

use super::Stage;

/// Any request with a string in the first field, and a number in the second.
#[derive(Clone, PartialEq, Message)]
pub struct Question {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(uint32, tag = "2")]
    pub page_size: u32,
    #[prost(string, tag = "3")]
    pub page_token: String,
}

/// The fields of `SessionDetails` and `RevokedSessionDetails` that both have.
#[derive(Clone, PartialEq, Message)]
pub struct Session {
    #[prost(string, tag = "1")]
    pub id: String,
    #[prost(string, tag = "2")]
    pub user_id: String,
    #[prost(message, optional, tag = "5")]
    pub created_at: Option<Time>,
    #[prost(message, optional, tag = "8")]
    pub absolute_expires_at: Option<Time>,
    #[prost(message, optional, tag = "10")]
    pub logout_at: Option<Time>,
    #[prost(string, tag = "11")]
    pub status: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Time {
    #[prost(int64, tag = "1")]
    pub seconds: i64,
}

#[derive(Clone, PartialEq, Message)]
pub struct Sessions {
    #[prost(message, repeated, tag = "1")]
    pub sessions: Vec<Session>,
    #[prost(string, tag = "2")]
    pub next_page_token: String,
    #[prost(string, tag = "3")]
    pub prev_page_token: String,
    #[prost(uint32, tag = "4")]
    pub total: u32,
}

#[derive(Clone, PartialEq, Message)]
pub struct Revoked {
    #[prost(message, repeated, tag = "1")]
    pub sessions: Vec<Session>,
    #[prost(uint32, tag = "2")]
    pub total: u32,
}

/// What came back: headers, trailers and body.
pub struct Answer {
    pub http: u16,
    pub headers: HeaderMap,
    pub trailers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// `grpc-status`; without a body it is in the headers.
    pub fn status(&self) -> u16 {
        let place = if self.body.is_empty() { &self.headers } else { &self.trailers };
        place["grpc-status"].to_str().unwrap().parse().unwrap()
    }

    pub fn message<M: Message + Default>(&self) -> M {
        assert_eq!(self.status(), 0);
        assert_eq!(self.headers["content-type"], "application/grpc");
        let (prefix, message) = self.body.split_first_chunk::<5>().unwrap();
        let [0, length @ ..] = *prefix else { panic!("compressed") };
        assert_eq!(u32::from_be_bytes(length) as usize, message.len());
        M::decode(message).unwrap()
    }
}

pub fn frame(message: &impl Message) -> Vec<u8> {
    let message = message.encode_to_vec();
    let length = u32::try_from(message.len()).unwrap();
    [&[0][..], &length.to_be_bytes(), &message].concat()
}

pub async fn send(stage: &Stage, path: &str, tokens: &[&str], body: Vec<u8>) -> Answer {
    let client = Client::builder(TokioExecutor::new()).http2_only(true).build_http::<Full<Bytes>>();
    let mut request = Request::post(stage.at(path).parse::<Uri>().unwrap())
        .header("content-type", "application/grpc+proto")
        .header("te", "trailers");
    for token in tokens {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let response = client.request(request.body(body.into()).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap();
    let trailers = body.trailers().cloned().unwrap_or_default();
    Answer { http: head.status.as_u16(), headers: head.headers, trailers, body: body.to_bytes() }
}
