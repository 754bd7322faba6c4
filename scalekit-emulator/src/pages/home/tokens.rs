use super::SHOWN;
use super::table::table;
use crate::world::World;

const LEGIBLE: usize = 6;

/// Refresh tokens and unused codes, so much of each that it can be told from others.
pub(super) fn tokens(world: &World) -> String {
    let mut rows = world
        .refresh_tokens
        .iter()
        .filter_map(|(token, state)| {
            let grant = world.grants.get(&state.grant)?;
            let lives = world.sessions.get(&grant.session_id).is_some_and(|session| session.is_active());
            let status = match (grant.revoked, lives, state.is_rotated()) {
                (true, _, _) => "revoked",
                (_, false, _) => "session ended",
                (_, _, true) => "rotated",
                _ => "current",
            };
            Some(vec![
                "refresh token".to_owned(),
                masked(token),
                status.to_owned(),
                grant.session_id.clone(),
                grant.client_id.clone(),
            ])
        })
        .chain(world.codes.iter().map(|(code, state)| {
            let status = if state.is_used() { "used" } else { "unused" };
            vec![
                "code".to_owned(),
                masked(code),
                status.to_owned(),
                state.session_id.clone(),
                state.request.client_id.clone(),
            ]
        }))
        .collect::<Vec<_>>();
    // What can still be used first; maps have no order of their own.
    rows.sort_by_key(|row| {
        let usable = row.get(2).is_some_and(|status| matches!(status.as_str(), "current" | "unused"));
        (!usable, row.clone())
    });
    table("Tokens", &["Kind", "Begins with", "Status", "Session", "Client"], rows.into_iter().take(SHOWN))
}

fn masked(secret: &str) -> String {
    secret.chars().take(LEGIBLE).chain(['…']).collect()
}
