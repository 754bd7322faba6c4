//! Times as text. Everywhere else they are milliseconds since the Unix epoch.

const DAY: u64 = 86_400_000;

/// `2025-12-09T12:04:41.781Z`, as the REST API writes.
pub(crate) fn rfc3339(millis: u64) -> String {
    format!("{}T{}Z", date(millis), time(millis))
}

/// `2025-12-09 12:04:41.781000+00:00`, as webhooks write.
pub(crate) fn spaced(millis: u64) -> String {
    format!("{} {}000+00:00", date(millis), time(millis))
}

/// Reads RFC 3339, whatever the offset; fractions beyond milliseconds are cut.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let (date, rest) = (text.get(..10)?, text.get(11..)?);
    if !matches!(text.as_bytes().get(10)?, b'T' | b't' | b' ') {
        return None;
    }
    let (clock, rest) = (rest.get(..8)?, rest.get(8..)?);
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(clock, ':')?;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (fraction, offset) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?),
        None => ("", rest),
    };
    let millis = format!("{fraction:0<3}").get(..3)?.parse::<u64>().ok()?;
    let local = days(year, month, day)? * DAY + ((hour * 60 + minute) * 60 + second) * 1000 + millis;
    if matches!(offset, "Z" | "z") {
        return Some(local);
    }
    let (sign, offset) = offset.split_at_checked(1)?;
    let (hours, minutes) = offset.split_once(':')?;
    let offset = (hours.parse::<u64>().ok()? * 60 + minutes.parse::<u64>().ok()?) * 60_000;
    match sign {
        "+" => local.checked_sub(offset),
        "-" => local.checked_add(offset),
        _ => None,
    }
}

/// Howard Hinnant's `civil_from_days`, for days since 1970.
fn date(millis: u64) -> String {
    let shifted = millis / DAY + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

fn time(millis: u64) -> String {
    let seconds = millis / 1000;
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{hour:02}:{minute:02}:{second:02}.{:03}", millis % 1000)
}

/// Its inverse, `days_from_civil`.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    let year = if month <= 2 { year.checked_sub(1)? } else { year };
    let year_of_era = year % 400;
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (year / 400 * 146_097 + day_of_era).checked_sub(719_468)
}

fn numbers(text: &str, separator: char) -> Option<[u64; 3]> {
    let mut parts = text.split(separator).map(|part| part.parse::<u64>().ok());
    let three = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(three)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_times_are_read_back() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_735_689_599_999, "2024-12-31T23:59:59.999Z"),
            (1_760_000_000_123, "2025-10-09T08:53:20.123Z"),
        ] {
            assert_eq!(rfc3339(millis), text);
            assert_eq!(parse(text), Some(millis), "{text}");
            assert_eq!(parse(&spaced(millis)), Some(millis));
        }
    }

    #[test]
    fn offsets_and_fractions_are_optional_and_nonsense_is_refused() {
        assert_eq!(parse("1970-01-01T01:00:00+01:00"), Some(0));
        assert_eq!(parse("1970-01-01t00:00:00.5-00:01"), Some(60_500));
        for nonsense in
            ["", "today", "1970-01-01", "1970-13-01T00:00:00Z", "1970-01-01T00:00:00", "1960-01-01T00:00:00Z"]
        {
            assert_eq!(parse(nonsense), None, "{nonsense}");
        }
    }
}
