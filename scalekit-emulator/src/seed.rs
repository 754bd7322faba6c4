//! Who and what is there when the emulator starts.

use crate::clients::Client;
use crate::users::{Membership, Organization, User};

pub(crate) const CLIENT_ID: &str = "skc_100000000000000001";
/// Worth nothing: it opens a server that listens on loopback only.
pub(crate) const CLIENT_SECRET: &str = "emulator_secret_for_local_development";
/// As little worth: it signs what is sent to this machine.
pub(crate) const WEBHOOK_SECRET: &str = "whsec_ZW11bGF0b3Itd2ViaG9vay1kZXZlbG9wbWVudC1rZXk=";
/// Signing in on the hosted page, without single sign-on.
pub(crate) const HOSTED_CONNECTION: &str = "conn_100000000000000001";

const ACME: &str = "org_100000000000000001";
const MANY: &str = "org_100000000000000002";
const RIVERS: &str = "org_100000000000000003";
const BRIDGES: &str = "org_100000000000000004";

pub(crate) const ADMIN_PERMISSIONS: [&str; 12] = [
    "invoices:read",
    "invoices:write",
    "members:invite",
    "members:read",
    "members:remove",
    "projects:create",
    "projects:delete",
    "projects:read",
    "projects:write",
    "reports:export",
    "reports:read",
    "settings:write",
];
const MEMBER_PERMISSIONS: [&str; 4] = ["members:read", "projects:read", "projects:write", "reports:read"];

pub(crate) fn client() -> Client {
    Client::confidential(CLIENT_ID, CLIENT_SECRET)
}

pub(crate) fn organizations() -> Vec<Organization> {
    vec![
        Organization::new(ACME, "Acme").external_id("acme").connection("conn_100000000000000002"),
        Organization::new(MANY, "Many Permissions"),
        Organization::new(RIVERS, "Two Rivers"),
        Organization::new(BRIDGES, "Two Bridges"),
    ]
}

pub(crate) fn users() -> Vec<User> {
    vec![
        User::new("ada@acme.example", "Ada Lovelace")
            .id("usr_100000000000000001")
            .external_id("ada")
            .member(admin_of(ACME)),
        User::new("bob@acme.example", "Bob Moran").id("usr_100000000000000002").member(member_of(ACME)),
        User::new("mia@many.example", "Mia Many")
            .id("usr_100000000000000003")
            .member(Membership::of(MANY).roles(["admin"]).permissions(two_hundred_permissions())),
        User::new("sam@two.example", "Sam Second")
            .id("usr_100000000000000004")
            .member(admin_of(RIVERS))
            .member(member_of(BRIDGES)),
    ]
}

/// What the creator of an organization gets.
pub(crate) fn admin_of(organization: &str) -> Membership {
    Membership::of(organization).roles(["admin"]).permissions(ADMIN_PERMISSIONS)
}

fn member_of(organization: &str) -> Membership {
    Membership::of(organization).roles(["member"]).permissions(MEMBER_PERMISSIONS)
}

/// 16 characters each: more than one browser cookie can hold.
fn two_hundred_permissions() -> Vec<String> {
    let mut permissions = vec!["invoices:read".to_owned()];
    permissions.extend((1..200).map(|n| format!("resource{n:03}:read")));
    permissions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mia_has_two_hundred_permissions_of_about_sixteen_characters() {
        let permissions = two_hundred_permissions();
        assert_eq!(permissions.len(), 200);
        assert!(permissions.iter().skip(1).all(|name| name.len() == 16));
        assert!(permissions.iter().any(|name| name == "invoices:read"));
    }

    #[test]
    fn only_admins_read_invoices() {
        assert!(ADMIN_PERMISSIONS.contains(&"invoices:read"));
        assert!(!MEMBER_PERMISSIONS.contains(&"invoices:read"));
    }
}
