//! The state of the environment, without anything that would let somebody in.

use self::table::table;
use super::escape::Text;
use super::layout::wide;
use crate::calls::Calls;
use crate::deliveries::{Delivery, DeliveryOutcome};
use crate::sessions::Session;
use crate::timestamps::rfc3339;
use crate::world::World;

mod people;
mod table;
mod tokens;

const SHOWN: usize = 50;
const REFRESH_SECONDS: u32 = 2;

/// What the page shows.
pub(crate) struct State<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) now: u64,
    pub(crate) world: &'a World,
    pub(crate) sessions: &'a [Session],
    pub(crate) calls: &'a Calls,
    pub(crate) deliveries: &'a [Delivery],
    /// Whether the page loads itself again and again.
    pub(crate) live: bool,
}

pub(crate) fn home(state: &State<'_>) -> String {
    let (head, toggle) = if state.live {
        let meta = format!(r#"<meta http-equiv="refresh" content="{REFRESH_SECONDS}">"#);
        (meta, r#"<a href="/">Stop refreshing</a>"#.to_owned())
    } else {
        (String::new(), format!(r#"<a href="/?live">Refresh every {REFRESH_SECONDS} seconds</a>"#))
    };
    let body = [
        format!(
            "<p><code>{}</code> at <code>{}</code> · {toggle}</p>",
            Text(state.issuer),
            Text(&rfc3339(state.now))
        ),
        sessions(state),
        tokens::tokens(state.world),
        calls(state.calls),
        deliveries(state.deliveries),
        people::people(state.world),
        people::organizations(state.world),
        people::clients(state.world),
    ]
    .concat();
    wide("Local Scalekit", &head, &body)
}

fn sessions(state: &State<'_>) -> String {
    let rows = state.sessions.iter().rev().take(SHOWN).map(|session| {
        let email = state.world.user(&session.user_id).map_or("", |user| user.email.as_str());
        let name =
            |id: &str| state.world.organization(id).map_or_else(|| id.to_owned(), |known| known.name.clone());
        let organizations = session.authenticated_organizations.iter().map(|id| {
            let here = if *id == session.organization_id { " (here)" } else { "" };
            format!("{}{here}", name(id))
        });
        let clients = session
            .authenticated_clients
            .iter()
            .map(|client| format!("{} in {}", client.client_id, name(&client.organization_id)));
        vec![
            session.id.clone(),
            email.to_owned(),
            session.status.name().to_owned(),
            organizations.collect::<Vec<_>>().join(", "),
            clients.collect::<Vec<_>>().join(", "),
            rfc3339(session.created_at),
            rfc3339(session.last_active_at),
        ]
    });
    table(
        "Sessions, latest first",
        &["Identifier", "Person", "Status", "Organizations", "Clients", "Signed in", "Last active"],
        rows,
    )
}

fn calls(calls: &Calls) -> String {
    let recent = calls.recent();
    let rows = recent.iter().rev().take(SHOWN).map(|call| {
        vec![
            format!("{} {}", call.method, call.path),
            call.grant.map_or("", |grant| grant.name()).to_owned(),
            call.status.map_or_else(|| "dropped".to_owned(), |status| status.to_string()),
        ]
    });
    table("Calls, latest first", &["Request", "Grant", "Status"], rows)
}

/// Without the bodies: a logout token ends sessions.
fn deliveries(deliveries: &[Delivery]) -> String {
    let rows = deliveries.iter().rev().take(SHOWN).map(|delivery| {
        let outcome = match &delivery.outcome {
            DeliveryOutcome::Pending => "under way".to_owned(),
            DeliveryOutcome::Answered(status) => status.to_string(),
            DeliveryOutcome::Failed(error) => error.clone(),
        };
        vec![delivery.kind.name().to_owned(), delivery.id.clone(), delivery.url.clone(), outcome]
    });
    table("Deliveries, latest first", &["Kind", "Identifier", "To", "Outcome"], rows)
}
