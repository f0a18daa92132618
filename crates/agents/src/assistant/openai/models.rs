//! `GET /models`: what a server says of the models that it has.
//!
//! Source: OpenAI, "List models" and "Deprecations": `shutdown_date` is a date, null
//! where none is announced, and absent at servers that do not say.

use super::Access;
use crate::assistant::{Failure, Listing, Shutdown};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::Value;

impl Access {
    /// What the list says of `model`. What cannot be read of one entry says nothing of the
    /// others, nor of whether the model is listed.
    ///
    /// # Errors
    /// [`Failure`], also where what came is no list.
    pub(super) async fn listing(&self, model: &str) -> Result<Listing, Failure> {
        let transport = self.transport().for_document();
        let client = self.client(transport.clone());
        let list: Value =
            client.models().list_byot().await.map_err(|error| transport.why(&error))?;
        let models = list["data"].as_array().ok_or(Failure::Malformed)?;
        Ok(models
            .iter()
            .find(|listed| listed["id"] == model)
            .map_or(Listing::NotListed, |listed| Listing::Listed {
                shutdown: shutdown(&listed["shutdown_date"]),
            }))
    }
}

/// A date, a moment, or seconds since 1970, of which the day in UTC counts.
fn shutdown(announced: &Value) -> Shutdown {
    let day = |moment: Timestamp| moment.to_zoned_datetime(TimeZone::UTC).date();
    let read: Option<Date> = match announced {
        Value::Null => return Shutdown::NotAnnounced,
        Value::String(text) => {
            let text = text.trim();
            text.parse::<Timestamp>().map(day).or_else(|_| text.parse()).ok()
        }
        Value::Number(seconds) => {
            seconds.as_i64().and_then(|seconds| Timestamp::from_second(seconds).ok()).map(day)
        }
        _ => None,
    };
    read.map_or(Shutdown::NotReadable, Shutdown::On)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use serde_json::json;

    #[test]
    fn the_day_of_a_shutdown_is_read_from_a_date_a_moment_or_seconds() {
        let on = Shutdown::On(date(2027, 1, 30));
        for (announced, expected) in [
            (json!(null), Shutdown::NotAnnounced),
            (json!("2027-01-30"), on),
            (json!(" 2027-01-30 "), on),
            (json!("2027-01-30T23:30:00Z"), on),
            (json!("2027-01-31T00:30:00+02:00"), on),
            (json!(1_801_267_200), on),
            (json!("January 2027"), Shutdown::NotReadable),
            (json!("2027-02-30"), Shutdown::NotReadable),
            (json!(""), Shutdown::NotReadable),
            (json!(1e300), Shutdown::NotReadable),
            (json!(true), Shutdown::NotReadable),
            (json!({ "date": "2027-01-30" }), Shutdown::NotReadable),
        ] {
            assert_eq!(shutdown(&announced), expected, "{announced}");
        }
    }
}
