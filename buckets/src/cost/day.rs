use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use time::{Date, Month, OffsetDateTime};

/// A day of the Gregorian calendar, in UTC; as text `2026-11-22`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(Date);

impl Day {
    /// The day, [`None`] if there is no such.
    pub const fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let months = [
            Month::January,
            Month::February,
            Month::March,
            Month::April,
            Month::May,
            Month::June,
            Month::July,
            Month::August,
            Month::September,
            Month::October,
            Month::November,
            Month::December,
        ];
        if month == 0 || month > 12 || year > 9999 {
            return None;
        }
        match Date::from_calendar_date(year as i32, months[month as usize - 1], day) {
            Ok(date) => Some(Self(date)),
            Err(_) => None,
        }
    }

    /// How many days it is before the day of `now`; 0 if it is not.
    pub fn days_before(self, now: SystemTime) -> u32 {
        let days = (OffsetDateTime::from(now).date() - self.0).whole_days();
        u32::try_from(days.max(0)).unwrap_or(u32::MAX)
    }
}

impl FromStr for Day {
    type Err = InvalidDay;

    fn from_str(text: &str) -> Result<Self, InvalidDay> {
        let mut parts = text.split('-');
        let mut part = |digits: usize| -> Option<u16> {
            let part = parts.next().filter(|part| part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()))?;
            part.parse().ok()
        };
        let day = (|| Some((part(4)?, part(2)?, part(2)?)))();
        let (year, month, day) = day.filter(|_| parts.next().is_none()).ok_or(InvalidDay)?;
        Self::new(year, month as u8, day as u8).ok_or(InvalidDay)
    }
}

impl TryFrom<String> for Day {
    type Error = InvalidDay;

    fn try_from(text: String) -> Result<Self, InvalidDay> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), u8::from(self.0.month()), self.0.day())
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Day({self})")
    }
}

/// A text that is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidDay;

impl fmt::Display for InvalidDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a day is year, month and day, such as `2026-11-22`")
    }
}

impl std::error::Error for InvalidDay {}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn days_are_read_shown_and_counted() {
        let day: Day = "1970-03-01".parse().expect("a day");
        assert_eq!(day.to_string(), "1970-03-01");
        let at = |days: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(days * 86_400 + 3600);
        assert_eq!([58, 59, 60, 100].map(|days| day.days_before(at(days))), [0, 0, 1, 41]);
        for text in ["", "1970-13-01", "1970-02-29", "1970-2-01", "1970-02-01-", "+970-02-01", "1970-02"] {
            assert_eq!(text.parse::<Day>(), Err(InvalidDay), "{text:?}");
        }
    }
}
