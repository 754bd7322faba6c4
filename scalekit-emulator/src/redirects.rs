//! Registered addresses: exact ones, wildcards and templates.

use std::borrow::Cow;

use crate::users::Organization;

const LONGEST: usize = 256;

/// Why an address cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RedirectUriError {
    /// It has more than 256 characters.
    #[error("more than 256 characters")]
    TooLong,
    /// It has a fragment.
    #[error("a fragment")]
    Fragment,
    /// The wildcard is not the whole outermost label of a host with a domain of its own.
    #[error("a wildcard that is not the outermost label, as in https://*.acmecorp.com")]
    Wildcard,
    /// A placeholder is not a whole host, label or path segment.
    #[error(
        "a placeholder that is not a whole host, label or path segment, as in https://{{{{org_slug}}}}.acme.com"
    )]
    Template,
}

/// Whether an application may register this.
pub(crate) fn check(uri: &str) -> Result<(), RedirectUriError> {
    if uri.chars().count() > LONGEST {
        return Err(RedirectUriError::TooLong);
    }
    if uri.contains('#') {
        return Err(RedirectUriError::Fragment);
    }
    // Any word will do where the organization is not known yet.
    let expanded = fill(uri, |_| Some("word".to_owned())).ok_or(RedirectUriError::Template)?;
    if expanded.contains('*') && wildcard(&expanded).is_none() {
        return Err(RedirectUriError::Wildcard);
    }
    Ok(())
}

/// Whether `requested` is what is `registered`, in a request for `organization`.
pub(crate) fn allows(registered: &str, requested: &str, organization: Option<&Organization>) -> bool {
    let Some(pattern) = expand(registered, organization) else {
        return false;
    };
    if !pattern.contains('*') {
        return pattern == requested;
    }
    wildcard(&pattern)
        .and_then(|(before, after)| requested.strip_prefix(before)?.strip_suffix(after))
        .is_some_and(is_label)
}

/// The address for an organization; `None` when a placeholder has no value there.
pub(crate) fn expand<'a>(registered: &'a str, organization: Option<&Organization>) -> Option<Cow<'a, str>> {
    fill(registered, |name| organization?.value(name))
}

impl Organization {
    fn value(&self, placeholder: &str) -> Option<String> {
        match placeholder {
            "org_slug" | "slug" => Some(self.slug.clone()),
            "external_id" => self.external_id.clone(),
            key => self.metadata.iter().find(|(known, _)| known == key).map(|(_, value)| value.clone()),
        }
    }
}

fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> Option<Cow<'_, str>> {
    if !template.contains("{{") && !template.contains("}}") {
        return Some(template.into());
    }
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, opened)) = rest.split_once("{{") {
        let (name, after) = opened.split_once("}}")?;
        filled.push_str(before);
        let value = value(name)?;
        let begins_host = filled.ends_with("://");
        let whole_host = begins_host && (after.is_empty() || after.starts_with(['/', ':']));
        let whole_part =
            filled.ends_with(['/', '.']) && (after.is_empty() || after.starts_with(['/', '.', ':']));
        let fits = if whole_host { value.split('.').all(is_label) } else { is_segment(&value) };
        if !whole_part || !fits {
            return None;
        }
        filled.push_str(&value);
        rest = after;
    }
    if rest.contains("}}") {
        return None;
    }
    filled.push_str(rest);
    Some(filled.into())
}

/// What stands before and after the one wildcard: `scheme://` and `.domain.tld…`.
fn wildcard(pattern: &str) -> Option<(&str, &str)> {
    let (before, after) = pattern.split_once('*')?;
    let domain = after.strip_prefix('.')?.split([':', '/', '?']).next()?;
    let labels = domain.split('.').filter(|label| is_label(label)).count();
    let sound = labels >= 2 && labels == domain.split('.').count();
    (before.ends_with("://") && sound && !after.contains('*')).then_some((before, after))
}

fn is_label(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn is_segment(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acme() -> Organization {
        Organization::new("org_1", "Acme Corp").external_id("ext_1").metadata("home", "app.acme.example")
    }

    #[test]
    fn without_wildcard_and_template_the_match_is_exact() {
        let known = "http://localhost:3000/auth/callback";
        assert!(allows(known, known, None));
        for other in [
            "https://localhost:3000/auth/callback",
            "http://localhost:3001/auth/callback",
            "http://localhost:3000/auth/callback/",
            "http://localhost:3000/auth/callback?a=b",
            "http://LOCALHOST:3000/auth/callback",
        ] {
            assert!(!allows(known, other, None), "{other}");
        }
        assert!(allows("com.acme.app://cb", "com.acme.app://cb", None));
    }

    #[test]
    fn a_wildcard_stands_for_one_label() {
        let known = "https://*.acmecorp.com/cb";
        assert!(allows(known, "https://eu-1.acmecorp.com/cb", None));
        for other in [
            "https://acmecorp.com/cb",
            "https://.acmecorp.com/cb",
            "https://a.b.acmecorp.com/cb",
            "https://evil.example/.acmecorp.com/cb",
            "https://evil.example?x.acmecorp.com/cb",
            "https://user@x.acmecorp.com/cb",
            "http://eu.acmecorp.com/cb",
            "https://eu.acmecorp.com/cb/",
            "https://*.acmecorp.com/cb",
        ] {
            assert!(!allows(known, other, None), "{other}");
        }
        assert!(allows("http://*.acme.test:3000", "http://a.acme.test:3000", None));
    }

    #[test]
    fn a_wildcard_anywhere_else_is_refused() {
        assert_eq!(check("https://*.acmecorp.com"), Ok(()));
        for uri in [
            "https://*.com",
            "https://auth.*.acmecorp.com",
            "https://*.*.acmecorp.com",
            "https://a*.acmecorp.com",
            "https://acmecorp.com/*",
            "https://*",
            "https://*.acme..com",
        ] {
            assert_eq!(check(uri), Err(RedirectUriError::Wildcard), "{uri}");
            assert!(!allows(uri, uri, None));
        }
    }

    #[test]
    fn templates_are_filled_for_the_organization() {
        for (template, filled) in [
            ("https://{{org_slug}}.app.com/cb", "https://acme-corp.app.com/cb"),
            ("https://{{slug}}.app.com", "https://acme-corp.app.com"),
            ("https://app.com/{{external_id}}/cb", "https://app.com/ext_1/cb"),
            ("https://{{home}}/cb", "https://app.acme.example/cb"),
            ("http://{{org_slug}}.app.test:3000/{{external_id}}", "http://acme-corp.app.test:3000/ext_1"),
        ] {
            assert_eq!(check(template), Ok(()), "{template}");
            assert!(allows(template, filled, Some(&acme())), "{template}");
            assert!(!allows(template, filled, None));
            let other = Organization::new("org_2", "Other");
            assert!(!allows(template, filled, Some(&other)));
            assert!(!allows(template, template, Some(&acme())));
        }
    }

    #[test]
    fn a_placeholder_that_is_no_whole_part_is_refused() {
        for uri in [
            "https://x{{slug}}.a.com",
            "https://a.com/x-{{slug}}",
            "https://a.com/{{slug",
            "https://a.com/}}",
        ] {
            assert_eq!(check(uri), Err(RedirectUriError::Template), "{uri}");
            assert!(!allows(uri, uri, Some(&acme())));
        }
        let hostile = acme().metadata("path", "../evil").metadata("dots", "a.b");
        assert!(!allows("https://a.com/{{path}}", "https://a.com/../evil", Some(&hostile)));
        assert!(!allows("https://{{dots}}.a.com", "https://a.b.a.com", Some(&hostile)));
    }

    #[test]
    fn long_addresses_and_fragments_are_refused() {
        assert_eq!(check(&format!("https://{}", "a".repeat(249))), Err(RedirectUriError::TooLong));
        assert_eq!(check("https://a.com/#x"), Err(RedirectUriError::Fragment));
    }
}
