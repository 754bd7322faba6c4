//! What the forms of the hosted pages post.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::browser;
use crate::environment::Environment;
use crate::parameters::Parameters;
use crate::step::{SignUp, Visit};
use crate::world::World;

type Shared = State<Arc<Environment>>;

pub(super) async fn identify(environment: Shared, headers: HeaderMap, body: Bytes) -> Response {
    answer(&environment, &headers, &body, |world, form, visitor| {
        world.identify(visitor.request, form.get("email").unwrap_or_default(), visitor.browser, visitor.now)
    })
}

pub(super) async fn verify(environment: Shared, headers: HeaderMap, body: Bytes) -> Response {
    answer(&environment, &headers, &body, |world, form, visitor| {
        world.verify(visitor.request, form.get("code").unwrap_or_default(), visitor.browser, visitor.now)
    })
}

pub(super) async fn register(environment: Shared, headers: HeaderMap, body: Bytes) -> Response {
    answer(&environment, &headers, &body, |world, form, visitor| {
        let text = |name| form.get(name).unwrap_or_default().to_owned();
        let sign_up = SignUp { email: text("email"), name: text("name"), organization: text("organization") };
        world.register(visitor.request, &sign_up, visitor.browser, visitor.now)
    })
}

pub(super) async fn choose(environment: Shared, headers: HeaderMap, body: Bytes) -> Response {
    answer(&environment, &headers, &body, |world, form, visitor| {
        let organization = form.get("organization_id").unwrap_or_default();
        world.choose(visitor.request, organization, visitor.browser, visitor.now).into()
    })
}

pub(super) async fn cancel(environment: Shared, headers: HeaderMap, body: Bytes) -> Response {
    answer(&environment, &headers, &body, |world, _, visitor| world.cancel(visitor.request).into())
}

struct Visitor<'a> {
    request: &'a str,
    browser: Option<&'a str>,
    now: u64,
}

fn answer(
    environment: &Environment,
    headers: &HeaderMap,
    body: &[u8],
    act: impl FnOnce(&mut World, &Parameters, &Visitor<'_>) -> Visit,
) -> Response {
    let form = Parameters::parse(body);
    let visitor = Visitor {
        request: form.get("request").unwrap_or_default(),
        browser: browser::cookie(environment, headers),
        now: environment.now(),
    };
    let visit = act(&mut environment.world(), &form, &visitor);
    browser::show(environment, visit, StatusCode::SEE_OTHER)
}
