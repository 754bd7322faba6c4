//! What the environment says about this run: which port, and whether to bring an emulator.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

/// Where the application listens and who signs people in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// `PORT`; 0 takes any free one.
    pub port: u16,
    /// Who signs people in.
    pub identity: Identity,
}

/// Who signs people in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the applications beside this crate tell all of them apart")]
pub enum Identity {
    /// Scalekit, as the `SCALEKIT_*` variables say.
    Scalekit,
    /// The emulator, in this very process.
    Emulator {
        /// `EMULATOR_PORT`; 0 takes any free one.
        port: u16,
        /// `EMULATOR_ACCESS_TOKEN_SECS`.
        access_token_lifetime: Duration,
    },
}

impl Settings {
    /// Reads the settings from environment variables.
    ///
    /// With any of Scalekit's variables the application is meant to use Scalekit, and will be told which of the
    /// others are missing. With none of them it brings the emulator.
    ///
    /// # Errors
    /// With everything that is wrong, at once.
    pub fn from_vars(vars: &BTreeMap<String, String>) -> Result<Self, SettingsError> {
        let mut reader = Reader { vars, wrong: Vec::new() };
        let port = reader.number("PORT", 3000, 0..=u16::MAX);
        let identity = if reader.mentions_scalekit() {
            Identity::Scalekit
        } else {
            let seconds = reader.number("EMULATOR_ACCESS_TOKEN_SECS", 300, 2..=86_400);
            Identity::Emulator {
                port: reader.number("EMULATOR_PORT", 8787, 0..=u16::MAX),
                access_token_lifetime: Duration::from_secs(seconds),
            }
        };
        match reader.wrong.as_slice() {
            [] => Ok(Self { port, identity }),
            _ => Err(SettingsError(reader.wrong)),
        }
    }

    /// The application and an emulator, each on any free port: for tests and load.
    #[must_use]
    pub fn on_free_ports(access_token_lifetime: Duration) -> Self {
        Self { port: 0, identity: Identity::Emulator { port: 0, access_token_lifetime } }
    }
}

/// Looks variables up and remembers what was wrong with them. A blank variable counts as none.
struct Reader<'a> {
    vars: &'a BTreeMap<String, String>,
    wrong: Vec<String>,
}

impl Reader<'_> {
    fn mentions_scalekit(&self) -> bool {
        self.vars.iter().any(|(name, value)| name.starts_with("SCALEKIT_") && !value.trim().is_empty())
    }

    fn number<N>(&mut self, name: &str, default: N, range: RangeInclusive<N>) -> N
    where
        N: FromStr + PartialOrd + fmt::Display + Copy,
    {
        let Some(text) = self.vars.get(name).map(|value| value.trim()).filter(|text| !text.is_empty()) else {
            return default;
        };
        match text.parse() {
            Ok(number) if range.contains(&number) => number,
            _ => {
                let (from, to) = range.into_inner();
                let problem = format!("{name} is `{text}`; write a whole number from {from} to {to}");
                self.wrong.push(problem);
                default
            }
        }
    }
}

/// Everything that is wrong with the environment, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError(Vec<String>);

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the environment has {} problem(s):", self.0.len())?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  - {problem}"))
    }
}

impl std::error::Error for SettingsError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(vars: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Settings::from_vars(&vars.iter().map(own).collect())
    }

    #[test]
    fn an_empty_environment_brings_the_emulator() {
        let settings = read(&[("HOME", "/root"), ("PORT", ""), ("SCALEKIT_CLIENT_ID", " ")]);
        let identity = Identity::Emulator { port: 8787, access_token_lifetime: Duration::from_secs(300) };
        assert_eq!(settings, Ok(Settings { port: 3000, identity }));
    }

    #[test]
    fn any_variable_of_scalekit_means_scalekit() {
        let settings = read(&[("SCALEKIT_CLIENT_ID", "skc_1"), ("EMULATOR_PORT", "x")]).unwrap();
        assert_eq!(settings.identity, Identity::Scalekit);
    }

    #[test]
    fn every_wrong_value_is_named_at_once_with_what_to_write() {
        let error = read(&[("PORT", "70000"), ("EMULATOR_PORT", "-1"), ("EMULATOR_ACCESS_TOKEN_SECS", "0")])
            .unwrap_err()
            .to_string();
        for expected in [
            "3 problem(s)",
            "PORT is `70000`; write a whole number from 0 to 65535",
            "EMULATOR_PORT is `-1`",
            "EMULATOR_ACCESS_TOKEN_SECS is `0`; write a whole number from 2 to 86400",
        ] {
            assert!(error.contains(expected), "{error}");
        }
    }
}
