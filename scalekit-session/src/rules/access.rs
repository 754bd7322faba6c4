//! [`Requires`]: which roles, permissions, scopes and organization a route requires of a session. Every adapter uses
//! it.

use std::fmt;

use crate::token::claims::Claims;

/// A condition on the verified access token of a session.
///
/// An empty list is never satisfied, for `any_*` and `all_*` alike: a list that turns out empty at run time must not
/// let every user in.
///
/// ```
/// use scalekit_session::Requires;
///
/// let billing = Requires::permission("invoices:read").and(Requires::any_role(["admin", "billing"]));
/// assert_eq!(billing.to_string(), "permission invoices:read and any of the roles admin, billing");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a requirement does nothing until a guard checks it"]
pub struct Requires {
    clauses: Vec<Clause>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Clause {
    what: What,
    any_of: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Permission,
    Role,
    Scope,
    Organization,
}

impl Requires {
    /// The session has this permission (`resource:action`).
    pub fn permission(name: impl Into<String>) -> Self {
        Self::any(What::Permission, [name])
    }

    /// The session has all of these permissions. An empty list is never satisfied.
    pub fn all_permissions(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::all(What::Permission, names)
    }

    /// The session has at least one of these permissions. An empty list is never satisfied.
    pub fn any_permission(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::any(What::Permission, names)
    }

    /// The session's user has this role in its organization.
    pub fn role(name: impl Into<String>) -> Self {
        Self::any(What::Role, [name])
    }

    /// The session's user has all of these roles. An empty list is never satisfied.
    pub fn all_roles(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::all(What::Role, names)
    }

    /// The session's user has at least one of these roles. An empty list is never satisfied.
    pub fn any_role(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::any(What::Role, names)
    }

    /// The access token carries this OAuth scope, in `scope` or `scopes`.
    pub fn scope(name: impl Into<String>) -> Self {
        Self::any(What::Scope, [name])
    }

    /// The session is in this organization (`org_…`).
    pub fn organization(id: impl Into<String>) -> Self {
        Self::any(What::Organization, [id])
    }

    /// Both this condition and `other`.
    pub fn and(mut self, other: Self) -> Self {
        self.clauses.extend(other.clauses);
        self
    }

    /// Whether the claims meet the condition.
    #[must_use]
    pub fn is_met_by(&self, claims: &Claims) -> bool {
        self.clauses.iter().all(|clause| clause.any_of.iter().any(|name| clause.what.holds(name, claims)))
    }

    fn all(what: What, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let clauses: Vec<Clause> =
            names.into_iter().map(|name| Clause { what, any_of: vec![name.into()] }).collect();
        if clauses.is_empty() { Self::any(what, Vec::<String>::new()) } else { Self { clauses } }
    }

    fn any(what: What, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { clauses: vec![Clause { what, any_of: names.into_iter().map(Into::into).collect() }] }
    }
}

/// A condition with a name, as a type. A handler that takes the adapters' extractor `Authorized` of this type runs
/// only for sessions that meet the condition.
///
/// ```
/// use scalekit_session::{Requires, Requirement};
///
/// struct CanReadInvoices;
///
/// impl Requirement for CanReadInvoices {
///     fn requires() -> Requires {
///         Requires::permission("invoices:read")
///     }
/// }
/// assert_eq!(CanReadInvoices::requires().to_string(), "permission invoices:read");
/// ```
pub trait Requirement {
    /// The condition.
    fn requires() -> Requires;
}

impl What {
    fn holds(self, name: &str, claims: &Claims) -> bool {
        match self {
            Self::Permission => claims.has_permission(name),
            Self::Role => claims.has_role(name),
            Self::Scope => claims.has_scope(name),
            Self::Organization => claims.organization_id() == Some(name),
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Permission => "permission",
            Self::Role => "role",
            Self::Scope => "scope",
            Self::Organization => "organization",
        }
    }
}

impl fmt::Display for Requires {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Clause { what, any_of }) in self.clauses.iter().enumerate() {
            let joint = if index == 0 { "" } else { " and " };
            match any_of.as_slice() {
                [] => write!(f, "{joint}a {} of an empty list", what.noun())?,
                [only] => write!(f, "{joint}{} {only}", what.noun())?,
                several => write!(f, "{joint}any of the {}s {}", what.noun(), several.join(", "))?,
            }
        }
        Ok(())
    }
}
