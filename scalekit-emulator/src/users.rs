/// A person who can sign in.
#[derive(Clone, Debug)]
pub struct User {
    pub(crate) id: Option<String>,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) email_verified: bool,
    pub(crate) external_id: Option<String>,
    pub(crate) memberships: Vec<Membership>,
    pub(crate) created_at: u64,
}

impl User {
    /// A person with a verified address.
    ///
    /// Without [`member`](Self::member) they own an organization named after the domain of the address.
    #[must_use]
    pub fn new(email: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            id: None,
            email: email.into(),
            name: name.into(),
            email_verified: true,
            external_id: None,
            memberships: Vec::new(),
            created_at: 0,
        }
    }

    /// Fixes the identifier (`usr_…`); otherwise it is drawn at start.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Makes the person a member of one more organization.
    #[must_use]
    pub fn member(mut self, membership: Membership) -> Self {
        self.memberships.push(membership);
        self
    }

    /// The value of `email_verified` in ID tokens.
    #[must_use]
    pub fn email_verified(mut self, verified: bool) -> Self {
        self.email_verified = verified;
        self
    }

    /// Your own identifier of the person: the claim `xuid`.
    #[must_use]
    pub fn external_id(mut self, id: impl Into<String>) -> Self {
        self.external_id = Some(id.into());
        self
    }

    pub(crate) fn has_email(&self, email: &str) -> bool {
        self.email.eq_ignore_ascii_case(email)
    }

    pub(crate) fn membership(&self, organization: &str) -> Option<&Membership> {
        self.memberships.iter().find(|membership| membership.organization == organization)
    }

    /// First word, and the rest.
    pub(crate) fn split_name(&self) -> (&str, Option<&str>) {
        match self.name.split_once(' ') {
            Some((given, family)) => (given, Some(family)),
            None => (&self.name, None),
        }
    }
}

/// What a person may do in one organization.
#[derive(Clone, Debug)]
pub struct Membership {
    pub(crate) organization: String,
    pub(crate) roles: Vec<String>,
    pub(crate) permissions: Vec<String>,
}

impl Membership {
    /// A membership of the organization with this identifier, without roles or permissions.
    #[must_use]
    pub fn of(organization: impl Into<String>) -> Self {
        Self { organization: organization.into(), roles: Vec::new(), permissions: Vec::new() }
    }

    /// Replaces the roles.
    #[must_use]
    pub fn roles<R: Into<String>>(mut self, roles: impl IntoIterator<Item = R>) -> Self {
        self.roles = roles.into_iter().map(Into::into).collect();
        self
    }

    /// Replaces the permissions.
    #[must_use]
    pub fn permissions<P: Into<String>>(mut self, permissions: impl IntoIterator<Item = P>) -> Self {
        self.permissions = permissions.into_iter().map(Into::into).collect();
        self
    }
}

/// A tenant: whom people work for.
#[derive(Clone, Debug)]
pub struct Organization {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) metadata: Vec<(String, String)>,
    pub(crate) external_id: Option<String>,
    pub(crate) connection: Option<String>,
}

impl Organization {
    /// An organization; identifiers look like `org_…`.
    #[must_use]
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            id: id.into(),
            slug: slug(&name),
            name,
            metadata: Vec::new(),
            external_id: None,
            connection: None,
        }
    }

    /// The name in addresses, `{{org_slug}}`; by default made of the name.
    #[must_use]
    pub fn slug(mut self, slug: impl Into<String>) -> Self {
        self.slug = slug.into();
        self
    }

    /// A value for the placeholder `{{key}}` in registered addresses.
    #[must_use]
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.push((key.into(), value.into()));
        self
    }

    /// Your own identifier of the organization: the claim `xoid`.
    #[must_use]
    pub fn external_id(mut self, id: impl Into<String>) -> Self {
        self.external_id = Some(id.into());
        self
    }

    /// The identifier (`conn_…`) of its single sign-on connection, for `connection_id` and `amr`.
    #[must_use]
    pub fn connection(mut self, id: impl Into<String>) -> Self {
        self.connection = Some(id.into());
        self
    }
}

/// `Two Rivers` is `two-rivers`.
fn slug(name: &str) -> String {
    let words = name.split(|character: char| !character.is_ascii_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}
