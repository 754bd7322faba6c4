use std::path::PathBuf;
use std::time::Duration;

use url::Url;

const DEFAULT_PORT: u16 = 8787;
const DEFAULT_REDIRECT_URI: &str = "http://localhost:3000/auth/callback";

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Command {
    Serve(Arguments),
    Help,
}

#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) port: u16,
    pub(crate) access_token_lifetime: Option<Duration>,
    pub(crate) post_logout_redirect_uris: Vec<String>,
    pub(crate) initiate_login_uri: Option<String>,
    pub(crate) back_channel_logout_uri: Option<String>,
    pub(crate) webhooks: Vec<String>,
    /// The files with the certificate and its key.
    pub(crate) tls: Option<(PathBuf, PathBuf)>,
    redirect_uris: Vec<String>,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ArgumentError {
    #[error("unknown argument {0}")]
    Unknown(String),
    #[error("{0} needs a value")]
    Missing(String),
    #[error("{name} needs {needs}, not {value}")]
    Invalid { name: String, needs: &'static str, value: String },
    #[error("--tls-cert and --tls-key go together")]
    HalfTls,
}

impl Arguments {
    pub(crate) fn redirect_uris(&self) -> impl Iterator<Item = &str> {
        let default = self.redirect_uris.is_empty().then_some(DEFAULT_REDIRECT_URI);
        self.redirect_uris.iter().map(String::as_str).chain(default)
    }

    pub(crate) fn first_redirect_uri(&self) -> &str {
        self.redirect_uris.first().map_or(DEFAULT_REDIRECT_URI, String::as_str)
    }
}

/// Understands both `--name value` and `--name=value`.
pub(crate) fn parse(words: impl Iterator<Item = String>) -> Result<Command, ArgumentError> {
    let mut arguments = Arguments {
        port: DEFAULT_PORT,
        access_token_lifetime: None,
        post_logout_redirect_uris: Vec::new(),
        initiate_login_uri: None,
        back_channel_logout_uri: None,
        webhooks: Vec::new(),
        tls: None,
        redirect_uris: Vec::new(),
    };
    let (mut certificate, mut key) = (None, None);
    let mut words = words;
    while let Some(word) = words.next() {
        let (name, inline) = match word.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (word, None),
        };
        let mut value =
            || inline.clone().or_else(|| words.next()).ok_or_else(|| ArgumentError::Missing(name.clone()));
        match name.as_str() {
            "--help" | "-h" => return Ok(Command::Help),
            "--port" => arguments.port = number(&name, value()?, "a port number")?,
            "--access-token-secs" => {
                let seconds = number::<u64>(&name, value()?, "a number of seconds")?;
                arguments.access_token_lifetime = Some(Duration::from_secs(seconds));
            }
            "--redirect-uri" => arguments.redirect_uris.push(absolute(&name, value()?)?),
            "--post-logout-redirect-uri" => {
                arguments.post_logout_redirect_uris.push(absolute(&name, value()?)?)
            }
            "--initiate-login-uri" => arguments.initiate_login_uri = Some(absolute(&name, value()?)?),
            "--back-channel-logout-uri" => {
                arguments.back_channel_logout_uri = Some(absolute(&name, value()?)?)
            }
            "--webhook" => arguments.webhooks.push(absolute(&name, value()?)?),
            "--tls-cert" => certificate = Some(PathBuf::from(value()?)),
            "--tls-key" => key = Some(PathBuf::from(value()?)),
            _ => return Err(ArgumentError::Unknown(name)),
        }
    }
    arguments.tls = match (certificate, key) {
        (Some(certificate), Some(key)) => Some((certificate, key)),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => return Err(ArgumentError::HalfTls),
    };
    Ok(Command::Serve(arguments))
}

fn number<T: std::str::FromStr>(name: &str, value: String, needs: &'static str) -> Result<T, ArgumentError> {
    value.parse().map_err(|_| ArgumentError::Invalid { name: name.to_owned(), needs, value })
}

fn absolute(name: &str, value: String) -> Result<String, ArgumentError> {
    match Url::parse(&value) {
        Ok(_) => Ok(value),
        Err(_) => Err(ArgumentError::Invalid { name: name.to_owned(), needs: "an absolute URL", value }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serve(line: &str) -> Result<Arguments, ArgumentError> {
        match parse(line.split_whitespace().map(str::to_owned))? {
            Command::Serve(arguments) => Ok(arguments),
            Command::Help => panic!("help was asked for"),
        }
    }

    #[test]
    fn everything_has_a_default() {
        let arguments = serve("").unwrap();
        assert_eq!(arguments.port, DEFAULT_PORT);
        assert_eq!(arguments.first_redirect_uri(), DEFAULT_REDIRECT_URI);
        assert_eq!(arguments.redirect_uris().count(), 1);
    }

    #[test]
    fn values_follow_a_space_or_an_equals_sign_and_add_up() {
        let line = "--port=0 --redirect-uri http://a/b?c=d --redirect-uri=app://e --access-token-secs 7";
        let arguments = serve(line).unwrap();
        assert_eq!(arguments.port, 0);
        assert_eq!(arguments.redirect_uris().collect::<Vec<_>>(), ["http://a/b?c=d", "app://e"]);
        assert_eq!(arguments.access_token_lifetime, Some(Duration::from_secs(7)));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let says = |line: &str| serve(line).unwrap_err().to_string();
        assert_eq!(says("--prot 1"), "unknown argument --prot");
        assert_eq!(says("--port"), "--port needs a value");
        assert_eq!(says("--port 99999"), "--port needs a port number, not 99999");
        assert_eq!(says("--redirect-uri /cb"), "--redirect-uri needs an absolute URL, not /cb");
        assert_eq!(says("--tls-cert a.pem"), "--tls-cert and --tls-key go together");
    }
}
