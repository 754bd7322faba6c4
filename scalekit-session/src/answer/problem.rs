//! Problem documents: the JSON that a program gets when its request is refused (RFC 9457).

use crate::answer::refusal::Refusal;
use crate::answer::reply::Reply;
use crate::rules::routes::AuthRoutes;

/// A problem document (RFC 9457) with a stable `code`.
pub(crate) fn problem(why: &Refusal, routes: &AuthRoutes) -> Reply {
    let (title, detail) = match why {
        Refusal::Unauthenticated | Refusal::Racing => {
            ("Unauthorized", "there is no session; log in first".to_owned())
        }
        Refusal::Expired => ("Unauthorized", expired(routes)),
        Refusal::Forbidden { required } => ("Forbidden", format!("the session does not have: {required}")),
        Refusal::Unavailable { .. } => {
            ("Service Unavailable", "the session cannot be checked at the moment; it is not lost".to_owned())
        }
        Refusal::CrossOrigin => ("Forbidden", "a page of another origin sent this request".to_owned()),
        Refusal::Misdirected => (
            "Misdirected Request",
            "sessions over http are served on loopback hosts only; set an https redirect URI".to_owned(),
        ),
    };
    let problem = serde_json::json!({
        "type": "about:blank",
        "title": title,
        "status": why.status(),
        "code": why.code(),
        "detail": detail,
    });
    let mut reply = Reply { body: problem.to_string(), ..Reply::new(why.status()) }
        .with_header("content-type", "application/problem+json");
    if why.status() == 401 {
        let challenge = match routes.login.as_str() {
            "" => "Cookie realm=\"session\"".to_owned(),
            login => format!("Cookie realm=\"session\", form-action=\"{login}\""),
        };
        reply = reply.with_header("www-authenticate", challenge);
    }
    with_retry_after(reply, why)
}

fn expired(routes: &AuthRoutes) -> String {
    let route = routes.refresh.as_deref().unwrap_or_default();
    format!("the access cookie is over; send POST {route}, and this request again")
}

pub(crate) fn with_retry_after(reply: Reply, why: &Refusal) -> Reply {
    match why {
        Refusal::Unavailable { retry_after } => {
            let seconds = retry_after.as_millis().div_ceil(1000).max(1);
            reply.with_header("retry-after", seconds.to_string())
        }
        _ => reply,
    }
}
