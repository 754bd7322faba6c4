//! What the command line asks for.

use std::time::Duration;

/// How long, and how fast tokens expire.
pub(crate) struct Options {
    pub(crate) seconds: u64,
    pub(crate) token_life: Duration,
}

impl Options {
    pub(crate) fn read(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { seconds: 60, token_life: Duration::from_secs(5) };
        let mut arguments = arguments;
        while let Some(name) = arguments.next() {
            let value = arguments.next().and_then(|value| value.parse::<u64>().ok());
            match (name.as_str(), value) {
                ("--seconds", Some(seconds @ 1..=3600)) => options.seconds = seconds,
                ("--token-secs", Some(seconds @ 2..=3600)) => {
                    options.token_life = Duration::from_secs(seconds);
                }
                _ => {
                    return Err(format!(
                        "`{name}` is not understood; write `--seconds 1..3600` or `--token-secs 2..3600`"
                    ));
                }
            }
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Options, String> {
        Options::read(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn the_defaults_are_a_minute_and_five_seconds() {
        let options = read("").unwrap();
        assert_eq!((options.seconds, options.token_life), (60, Duration::from_secs(5)));
    }

    #[test]
    fn both_can_be_changed_within_bounds() {
        let options = read("--token-secs 2 --seconds 10").unwrap();
        assert_eq!((options.seconds, options.token_life), (10, Duration::from_secs(2)));
        for wrong in ["--seconds", "--seconds 0", "--token-secs 1", "--minutes 1", "5"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
