use super::escape::Text;
use super::layout::wide;
use crate::calls::Calls;
use crate::sessions::Session;
use crate::world::World;

const SHOWN: usize = 50;

/// What the environment knows, without anything that would let somebody in.
pub(crate) fn home(issuer: &str, world: &World, sessions: &[Session], calls: &Calls) -> String {
    wide(
        "Local Scalekit",
        &format!(
            r"<p><code>{issuer}</code></p>
{people}{organizations}{clients}{sessions}{calls}",
            issuer = Text(issuer),
            people = people(world),
            organizations = organizations(world),
            clients = clients(world),
            sessions = session_table(world, sessions),
            calls = call_table(calls),
        ),
    )
}

fn people(world: &World) -> String {
    let rows = world.users.iter().map(|user| {
        let memberships = user
            .memberships
            .iter()
            .map(|membership| {
                let name = world
                    .organization(&membership.organization)
                    .map_or("", |organization| organization.name.as_str());
                format!(
                    "{name}: {}, {} permissions",
                    membership.roles.join(", "),
                    membership.permissions.len()
                )
            })
            .collect::<Vec<_>>();
        vec![
            user.name.clone(),
            user.email.clone(),
            user.id.clone().unwrap_or_default(),
            memberships.join("; "),
        ]
    });
    table("People", &["Name", "E-mail", "Identifier", "Memberships"], rows)
}

fn organizations(world: &World) -> String {
    let rows = world.organizations.iter().map(|organization| {
        vec![
            organization.name.clone(),
            organization.id.clone(),
            organization.external_id.clone().unwrap_or_default(),
        ]
    });
    table("Organizations", &["Name", "Identifier", "External"], rows)
}

fn clients(world: &World) -> String {
    let rows = world.clients.iter().map(|client| {
        vec![
            client.id.clone(),
            if client.is_public() { "public" } else { "confidential" }.to_owned(),
            client.redirect_uris.join(" "),
            client.post_logout_redirect_uris.join(" "),
            client.initiate_login_uri.clone().unwrap_or_default(),
        ]
    });
    table("Clients", &["Identifier", "Kind", "Callbacks", "After logout", "Login route"], rows)
}

fn session_table(world: &World, sessions: &[Session]) -> String {
    let rows = sessions.iter().rev().take(SHOWN).map(|session| {
        let email = world.user(&session.user_id).map_or("", |user| user.email.as_str());
        vec![
            session.id.clone(),
            email.to_owned(),
            session.organization_id.clone(),
            format!("{:?}", session.status),
            session
                .authenticated_clients
                .iter()
                .map(|client| client.client_id.as_str())
                .collect::<Vec<_>>()
                .join(" "),
        ]
    });
    table("Sessions, latest first", &["Identifier", "Person", "Organization", "Status", "Clients"], rows)
}

fn call_table(calls: &Calls) -> String {
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

fn table(title: &str, heads: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let heads = heads.iter().map(|head| format!("<th>{}</th>", Text(head))).collect::<String>();
    let rows = rows
        .map(|cells| {
            let cells = cells.iter().map(|cell| format!("<td>{}</td>", Text(cell))).collect::<String>();
            format!("<tr>{cells}</tr>\n")
        })
        .collect::<String>();
    format!(
        r#"<h2>{}</h2>
<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>
{rows}</tbody></table></div>
"#,
        Text(title)
    )
}
