use super::Reason;
use serde::{Serialize, Serializer, ser::SerializeStruct};

/// A figure, or the reason why there is none: never zero, never a constant in its
/// place. A calculation returns `Result<T, Reason>`, for the sake of `?`; what is
/// kept and shown beside other figures is this.
///
/// JSON: `{"value": 0.21}` or `{"value": null, "reason": {"code": …, "text": …}}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Available<T> {
    Value(T),
    Missing(Reason),
}

impl<T> Available<T> {
    pub fn value(&self) -> Option<&T> {
        self.as_result().ok()
    }

    pub fn reason(&self) -> Option<&Reason> {
        self.as_result().err()
    }

    pub const fn as_result(&self) -> Result<&T, &Reason> {
        match self {
            Self::Value(value) => Ok(value),
            Self::Missing(reason) => Err(reason),
        }
    }

    pub fn into_result(self) -> Result<T, Reason> {
        match self {
            Self::Value(value) => Ok(value),
            Self::Missing(reason) => Err(reason),
        }
    }
}

impl<T> From<Result<T, Reason>> for Available<T> {
    fn from(result: Result<T, Reason>) -> Self {
        match result {
            Ok(value) => Self::Value(value),
            Err(reason) => Self::Missing(reason),
        }
    }
}

impl<T: Serialize> Serialize for Available<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let known = matches!(self, Self::Value(_));
        let mut fields = serializer.serialize_struct("Available", if known { 1 } else { 2 })?;
        fields.serialize_field("value", &self.value())?;
        if let Self::Missing(reason) = self {
            let text = reason.to_string();
            fields.serialize_field("reason", &Why { code: reason.code(), text: &text })?;
        }
        fields.end()
    }
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Why<'a> {
    /// Stable, for programs.
    code: &'static str,
    /// Reads on behind "not available, because".
    text: &'a str,
}

#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Available<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Available_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let value = generator.subschema_for::<Option<T>>();
        let reason = generator.subschema_for::<Why<'_>>();
        schemars::json_schema!({
            "type": "object",
            "properties": { "value": value, "reason": reason },
            "required": ["value"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_missing_figure_is_null_beside_its_reason() {
        let known: Available<f64> = Ok(0.21).into();
        assert_eq!(serde_json::to_value(&known).unwrap(), json!({ "value": 0.21 }));
        let missing: Available<f64> =
            Err(Reason::TooFewObservations { needed: 20, found: 5 }).into();
        assert_eq!(
            serde_json::to_value(&missing).unwrap(),
            json!({ "value": null, "reason": {
                "code": "too_few_observations",
                "text": "it takes 20 observations and there are 5",
            } })
        );
        assert_eq!((missing.value(), known.reason()), (None, None));
    }
}
