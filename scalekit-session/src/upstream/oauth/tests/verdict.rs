//! Tests of token responses: which are tokens, and what the others say about a refresh token.

use super::*;

#[test]
fn r8_the_verdict_table() {
    use TokenFailure::Rejected;
    let misconfigured = |code| TokenFailure::Misconfigured { code };
    let transient =
        |status| TokenFailure::Transient { retry_after: None, cause: TransientCause::Status(status) };
    let unreadable = TokenFailure::Transient { retry_after: None, cause: TransientCause::Unreadable };
    let grant = r#"{"error":"invalid_grant"}"#;
    let table = [
        (400, grant, Rejected),
        (400, r#"{"error":"invalid_grant","error_description":"expired","x":[1]}"#, Rejected),
        (401, grant, Rejected),
        (403, grant, Rejected),
        // configuration
        (401, r#"{"error":"invalid_client"}"#, misconfigured("invalid_client")),
        (400, r#"{"error":"unauthorized_client"}"#, misconfigured("unauthorized_client")),
        (400, r#"{"error":"invalid_scope"}"#, misconfigured("invalid_scope")),
        (400, r#"{"error":"invalid_request"}"#, misconfigured("invalid_request")),
        (400, r#"{"error":"unsupported_grant_type"}"#, misconfigured("unsupported_grant_type")),
        // a status that makes the body irrelevant
        (408, grant, transient(408)),
        (425, grant, transient(425)),
        (429, grant, transient(429)),
        (500, grant, transient(500)),
        (502, grant, transient(502)),
        (503, grant, transient(503)),
        (301, grant, transient(301)),
        (201, r#"{"access_token":"a"}"#, transient(201)),
        (204, "", transient(204)),
        // bodies that say nothing about the refresh token
        (400, "", transient(400)),
        (400, "<html>invalid_grant</html>", transient(400)),
        (400, r#"{"error":"invalid_gr"#, transient(400)),
        (400, r#"{"error":"Invalid_Grant"}"#, transient(400)),
        (400, r#"{"error":{"code":"invalid_grant"}}"#, transient(400)),
        (400, r#"{"error":["invalid_grant"]}"#, transient(400)),
        (400, r#"{"error":"invalid_grant","error":"server_error"}"#, transient(400)),
        (400, r#"["invalid_grant"]"#, transient(400)),
        (400, r#""invalid_grant""#, transient(400)),
        (400, r#"{"code":3,"message":"invalid_grant"}"#, transient(400)),
        (400, r#"{"error":"temporarily_unavailable"}"#, transient(400)),
        (400, r#"{"error":"server_error"}"#, transient(400)),
        (400, r#"{"error":"access_denied"}"#, transient(400)),
        (400, r#"{"error":""}"#, transient(400)),
        (401, "", transient(401)),
        (401, "Unauthorized", transient(401)),
        (403, "<html>blocked</html>", transient(403)),
        (404, "not found", transient(404)),
        // status 200 without tokens
        (200, "", unreadable.clone()),
        (200, "<html>", unreadable.clone()),
        (200, grant, unreadable.clone()),
        (200, r#"["access"]"#, unreadable.clone()),
        (200, r#"{"access_token":""}"#, unreadable.clone()),
        (200, r#"{"access_token":5}"#, unreadable.clone()),
        (200, r#"{"access_token":"a""#, unreadable.clone()),
        (200, r#"{"access_token":"a","access_token":"b"}"#, unreadable),
    ];
    for (status, body, verdict) in table {
        let failure = read_token_response(Ok(HttpResponse::new(status, body))).err();
        assert_eq!(failure, Some(verdict), "{status} {body}");
    }
}

#[test]
fn r8_no_answer_is_transient() {
    for reason in [
        TransportFailure::Connect,
        TransportFailure::Timeout,
        TransportFailure::Broken,
        TransportFailure::TooLarge,
    ] {
        let failure = read_token_response(Err(TransportError::new(reason))).unwrap_err();
        let cause = TransientCause::Transport(reason);
        assert_eq!(failure, TokenFailure::Transient { retry_after: None, cause });
    }
}

#[test]
fn r10_a_retry_after_is_passed_on() {
    let after = Duration::from_secs(7);
    let busy = HttpResponse::new(429, "").with_retry_after(after);
    match read_token_response(Ok(busy)) {
        Err(TokenFailure::Transient { retry_after, .. }) => assert_eq!(retry_after, Some(after)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn token_responses_are_read_tolerantly() {
    let read = |body: &str| read_token_response(Ok(HttpResponse::new(200, body))).unwrap();
    let full = read(
        r#"{"access_token":"a","token_type":"Bearer","refresh_token":"r","expires_in":299,
            "id_token":"i","scope":"openid email","new":{"x":[1]}}"#,
    );
    assert_eq!(full.access_token.secret(), "a");
    assert_eq!(full.refresh_token.unwrap().secret(), "r");
    assert_eq!(full.id_token.unwrap().secret(), "i");
    assert_eq!(full.expires_in, Some(Duration::from_secs(299)));
    assert_eq!(full.scope.as_deref(), Some("openid email"));

    let bare = read(r#"{"access_token":"a"}"#);
    assert!(bare.refresh_token.is_none() && bare.id_token.is_none() && bare.scope.is_none());
    let empty = read(r#"{"access_token":"a","refresh_token":"","id_token":null,"scope":["x"]}"#);
    assert!(empty.refresh_token.is_none() && empty.id_token.is_none() && empty.scope.is_none());

    for (expires_in, wanted) in [
        (r#""299""#, Some(299)),
        ("null", None),
        ("-1", None),
        (r#""soon""#, None),
        ("1e3", None),
        ("18446744073709551615", Some(u64::MAX)),
    ] {
        let grant = read(&format!(r#"{{"access_token":"a","expires_in":{expires_in}}}"#));
        assert_eq!(grant.expires_in, wanted.map(Duration::from_secs), "{expires_in}");
    }
}
