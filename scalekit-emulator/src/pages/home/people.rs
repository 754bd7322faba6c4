use super::table::table;
use crate::world::World;

pub(super) fn people(world: &World) -> String {
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

pub(super) fn organizations(world: &World) -> String {
    let rows = world.organizations.iter().map(|organization| {
        vec![
            organization.name.clone(),
            organization.id.clone(),
            organization.external_id.clone().unwrap_or_default(),
            organization.connection.clone().unwrap_or_default(),
        ]
    });
    table("Organizations", &["Name", "Identifier", "External", "Connection"], rows)
}

pub(super) fn clients(world: &World) -> String {
    let rows = world.clients.iter().map(|client| {
        vec![
            client.id.clone(),
            if client.is_public() { "public" } else { "confidential" }.to_owned(),
            client.redirect_uris.join(" "),
            client.post_logout_redirect_uris.join(" "),
            client.initiate_login_uri.clone().unwrap_or_default(),
            client.back_channel_logout_uri.clone().unwrap_or_default(),
        ]
    });
    table(
        "Clients",
        &["Identifier", "Kind", "Callbacks", "After logout", "Login route", "Back-channel logout"],
        rows,
    )
}
