use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::{browser, reply};
use crate::authorization::{AuthorizationRequest, Refusal};
use crate::environment::Environment;
use crate::parameters::Parameters;

pub(super) async fn begin(
    State(environment): State<Arc<Environment>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let parameters = Parameters::parse(query.unwrap_or_default().as_bytes());
    let visitor = browser::visitor(&environment, &headers);
    let answer = {
        let mut world = environment.world();
        AuthorizationRequest::read(&parameters, &world).map(|request| world.begin(request, visitor))
    };
    match answer {
        Ok(visit) => browser::show(&environment, visit, StatusCode::FOUND),
        Err(Refusal::Redirect(callback)) => reply::redirect(StatusCode::FOUND, &callback),
        Err(Refusal::Page(message)) => reply::error_page(StatusCode::BAD_REQUEST, &message),
    }
}
