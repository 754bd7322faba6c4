//! A point in time as people read it.

use std::fmt;

use scalekit_session::Timestamp;

/// Shows a time of day and a date in UTC, as a `<time>` element.
pub(super) struct Moment(pub(super) Timestamp);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let (year, month, day) = civil(seconds / 86_400);
        let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        write!(
            f,
            "<time datetime=\"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z\">\
             {hour:02}:{minute:02}:{second:02} <small>UTC, {year}-{month:02}-{day:02}</small></time>"
        )
    }
}

/// Year, month and day that many days after the epoch, counted in eras of 400 years that begin in March, so that the
/// leap day is a year's last.
fn civil(days_since_epoch: u64) -> (u64, u64, u64) {
    let days = days_since_epoch + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, date) in [
            (0, (1970, 1, 1)),
            (951_782_400, (2000, 2, 29)),
            (1_735_689_599, (2024, 12, 31)),
            (1_760_000_000, (2025, 10, 9)),
            (4_107_542_400, (2100, 3, 1)),
        ] {
            assert_eq!(civil(seconds / 86_400), date, "{seconds}");
        }
    }

    #[test]
    fn a_moment_is_machine_readable_too() {
        assert_eq!(
            Moment(Timestamp::from_secs(1_760_000_000)).to_string(),
            "<time datetime=\"2025-10-09T08:53:20Z\">08:53:20 <small>UTC, 2025-10-09</small></time>"
        );
    }
}
