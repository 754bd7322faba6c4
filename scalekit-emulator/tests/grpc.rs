//! Sessions over gRPC.
#![cfg(feature = "grpc")]

use std::time::Duration;

use scalekit_emulator::{Endpoint, Fault};
use support::grpc::{Answer, Question, Revoked, Session, Sessions, frame, send};
use support::{Stage, claims, stage, text};

#[cfg(test)]
mod support;

const ADA: &str = "usr_100000000000000001";
const SERVICE: &str = "scalekit.v1.sessions.SessionService";

async fn ask(stage: &Stage, method: &str, question: Question) -> Answer {
    let token = stage.management_token().await;
    send(stage, &format!("/{SERVICE}/{method}"), &[&token], frame(&question)).await
}

fn about(id: &str) -> Question {
    Question { id: id.to_owned(), ..Question::default() }
}

async fn sign_in(stage: &Stage) -> String {
    let tokens = stage.sign_in("ada@acme.example").await;
    text(&claims(text(&tokens, "access_token")), "sid").to_owned()
}

#[tokio::test]
async fn a_session_comes_with_its_status_in_the_trailers() {
    let stage = stage().await;
    let sid = sign_in(&stage).await;
    let session: Session = ask(&stage, "GetSession", about(&sid)).await.message();
    assert_eq!((session.id, session.user_id, session.status), (sid, ADA.to_owned(), "active".to_owned()));
    let created = session.created_at.unwrap().seconds;
    assert_eq!(created, 1_760_000_000);
    assert_eq!(session.absolute_expires_at.unwrap().seconds, created + 30 * 86_400);
    assert_eq!(session.logout_at, None);
    assert_eq!(stage.emulator.calls().session, 1);
}

#[tokio::test]
async fn sessions_are_revoked_one_by_one_and_all() {
    let stage = stage().await;
    let first = sign_in(&stage).await;
    for _ in 0..2 {
        sign_in(&stage).await;
    }
    // The first field of the answer holds the session.
    let one: Sessions = ask(&stage, "RevokeSession", about(&first)).await.message();
    assert_eq!((one.sessions[0].id.as_str(), one.sessions[0].status.as_str()), (&*first, "revoked"));
    assert!(one.sessions[0].logout_at.is_some());
    let rest: Revoked = ask(&stage, "RevokeAllUserSessions", about(ADA)).await.message();
    assert_eq!((rest.total, rest.sessions.len()), (2, 2));
    let calls = stage.emulator.calls();
    assert_eq!((calls.revoke_session, calls.revoke_user_sessions), (1, 1));
}

#[tokio::test]
async fn lists_have_pages() {
    let stage = stage().await;
    let mut all = Vec::new();
    for _ in 0..3 {
        all.push(sign_in(&stage).await);
        stage.clock.advance(Duration::from_secs(1));
    }
    all.reverse();
    let page = async |page_token: &str| {
        let question = Question { id: ADA.to_owned(), page_size: 2, page_token: page_token.to_owned() };
        ask(&stage, "GetUserSessions", question).await.message::<Sessions>()
    };
    let ids = |page: &Sessions| page.sessions.iter().map(|session| session.id.clone()).collect::<Vec<_>>();
    let first = page("").await;
    let second = page(&first.next_page_token).await;
    assert_eq!((ids(&first), first.total), (all[..2].to_vec(), 3));
    assert_eq!((ids(&second), second.next_page_token.as_str()), (all[2..].to_vec(), ""));
    assert_eq!(ids(&page(&second.prev_page_token).await), ids(&first));
}

#[tokio::test]
async fn only_applications_are_answered() {
    let stage = stage().await;
    let tokens = stage.sign_in("ada@acme.example").await;
    let path = format!("/{SERVICE}/GetSession");
    let status = async |tokens: &[&str]| send(&stage, &path, tokens, frame(&about("ses_0"))).await.status();
    let stale = stage.management_token().await;
    stage.clock.advance(Duration::from_secs(86_400));
    let fresh = stage.management_token().await;
    assert_eq!(status(&[]).await, 16);
    assert_eq!(status(&[text(&tokens, "access_token")]).await, 16);
    assert_eq!(status(&[&stale]).await, 16);
    for good in [&[&*fresh][..], &[&fresh, &stale], &[&stale, &fresh]] {
        assert_eq!(status(good).await, 5);
    }
}

#[tokio::test]
async fn what_cannot_be_answered_has_a_status() {
    let stage = stage().await;
    for (method, status) in [("GetSession", 5), ("RevokeSession", 5), ("GetUserSessions", 5)] {
        assert_eq!(ask(&stage, method, about("nobody")).await.status(), status, "{method}");
    }
    assert_eq!(ask(&stage, "Invent", about("")).await.status(), 12);
    let elsewhere = send(&stage, "/scalekit.v1.users.UserService/GetUser", &[], Vec::new()).await;
    assert_eq!((elsewhere.http, elsewhere.status()), (200, 12));
    assert!(elsewhere.headers["grpc-message"].to_str().unwrap().contains("UserService"));
    let strange = Question { page_token: "é%".to_owned(), ..about(ADA) };
    assert_eq!(ask(&stage, "GetUserSessions", strange).await.status(), 3);
    let token = stage.management_token().await;
    let torn = send(&stage, &format!("/{SERVICE}/GetSession"), &[&token], vec![0, 0]).await;
    assert_eq!(torn.status(), 3);
    let garbage = send(&stage, &format!("/{SERVICE}/GetSession"), &[&token], vec![0, 0, 0, 0, 1, 0xFF]).await;
    assert_eq!(garbage.status(), 3);
}

#[tokio::test]
async fn faults_of_rest_are_faults_of_grpc() {
    let stage = stage().await;
    stage.emulator.faults().on(Endpoint::Session).times(1).inject(Fault::status(503));
    let token = stage.management_token().await;
    let path = format!("/{SERVICE}/GetSession");
    assert_eq!(send(&stage, &path, &[&token], frame(&about("ses_0"))).await.http, 503);
    assert_eq!(send(&stage, &path, &[&token], frame(&about("ses_0"))).await.status(), 5);
}

#[tokio::test]
async fn other_unknown_paths_are_not_found() {
    let stage = stage().await;
    let answer = stage.http.get(stage.at(&format!("/{SERVICE}/GetSession"))).send().await.unwrap();
    assert_eq!(answer.status(), 404);
}
