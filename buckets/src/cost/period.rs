use std::time::{Duration, SystemTime};

use time::{OffsetDateTime, Time};

/// How long a budget is for, before it begins anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Period {
    /// A day, in UTC.
    Day,
    /// A month of the calendar, in UTC, as most bills are.
    Month,
    /// So long, counted from the beginning of 1970; less than a second counts as a second.
    Every(Duration),
}

impl Period {
    /// Which one `now` is in, by a number that grows, and when that ends.
    pub(super) fn at(self, now: SystemTime) -> (i64, SystemTime) {
        match self {
            Self::Day => every(now, 24 * 60 * 60),
            Self::Every(length) => every(now, length.as_secs().max(1)),
            Self::Month => {
                let now = OffsetDateTime::from(now);
                let (year, month) = (now.year(), now.month());
                let first_of_next = now
                    .date()
                    .replace_day(1)
                    .ok()
                    .and_then(|first| first.checked_add(time::Duration::days(month.length(year).into())));
                // The last month there is has no next one, and never ends.
                let ends = first_of_next.map_or(now, |first| first.with_time(Time::MIDNIGHT).assume_utc());
                (i64::from(year) * 12 + i64::from(u8::from(month)), ends.into())
            }
        }
    }
}

fn every(now: SystemTime, seconds: u64) -> (i64, SystemTime) {
    let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let number = since / seconds;
    let ends = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs((number + 1).saturating_mul(seconds)));
    (i64::try_from(number).unwrap_or(i64::MAX), ends.unwrap_or(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: u64, seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(day * 86_400 + seconds)
    }

    #[test]
    fn months_are_those_of_the_calendar() {
        let (january, ends) = Period::Month.at(at(0, 5));
        assert_eq!(ends, at(31, 0));
        assert_eq!(Period::Month.at(at(30, 86_399)), (january, at(31, 0)));
        assert_eq!(Period::Month.at(at(31, 0)), (january + 1, at(31 + 28, 0)));
        // A leap year, and a turn of the year.
        assert_eq!(Period::Month.at(at(365 + 365 + 31, 1)).1, at(365 + 365 + 31 + 29, 0));
        assert_eq!(Period::Month.at(at(364, 1)), (january + 11, at(365, 0)));
    }

    #[test]
    fn days_and_lengths_follow_one_another() {
        let (first, ends) = Period::Day.at(at(10, 86_399));
        assert_eq!((first, ends), (10, at(11, 0)));
        assert_eq!(Period::Day.at(ends).0, first + 1);
        assert_eq!(Period::Every(Duration::from_secs(10)).at(at(0, 25)), (2, at(0, 30)));
        assert_eq!(Period::Every(Duration::ZERO).at(at(0, 25)), (25, at(0, 26)));
    }
}
