//! What the polyurethane desk may be asked about. Ids are stable; labels may be
//! translated.

mod admits;
mod class;
mod deliverable;
mod horizon;
mod link;
mod region;
mod region_list;
mod segment;
mod signal;

pub use admits::Misfit;
pub use class::SignalClass;
pub use deliverable::Deliverable;
pub use horizon::Horizon;
pub use link::ValueChainLink;
pub use region::Region;
pub use region_list::normalise_regions;
pub use segment::Segment;
pub use signal::SignalType;

/// Version of this taxonomy, part of every run package.
pub const TAXONOMY_VERSION: u32 = 1;

/// A text that is not one of a vocabulary's ids.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{value}” is not a {what}")]
pub struct UnknownId {
    pub what: &'static str,
    pub value: String,
}

/// Declares a closed vocabulary: stable ids, labels, every value in order.
macro_rules! vocabulary {
    (
        $(#[$meta:meta])*
        $name:ident, $what:literal {
            $($(#[$variant_meta:meta])* $variant:ident = $id:literal, $label:literal;)+
        }
    ) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(try_from = "String", into = "&'static str")]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
        }

        impl $name {
            /// Every value, in the order the product shows them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable id: in addresses, JSON and the database.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)+ }
            }

            /// The name a reader sees.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": [$($id),+] })
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::taxonomy::UnknownId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($id => Ok(Self::$variant),)+
                    _ => Err($crate::taxonomy::UnknownId { what: $what, value: text.to_owned() }),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::taxonomy::UnknownId;

            fn try_from(text: String) -> Result<Self, $crate::taxonomy::UnknownId> {
                text.parse()
            }
        }

        impl From<$name> for &'static str {
            fn from(value: $name) -> Self {
                value.id()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.label())
            }
        }

        #[cfg(feature = "sqlx")]
        impl sqlx::Type<sqlx::Postgres> for $name {
            fn type_info() -> sqlx::postgres::PgTypeInfo {
                <str as sqlx::Type<sqlx::Postgres>>::type_info()
            }

            fn compatible(ty: &sqlx::postgres::PgTypeInfo) -> bool {
                <str as sqlx::Type<sqlx::Postgres>>::compatible(ty)
            }
        }

        #[cfg(feature = "sqlx")]
        impl sqlx::Decode<'_, sqlx::Postgres> for $name {
            fn decode(value: sqlx::postgres::PgValueRef<'_>) -> Result<Self, sqlx::error::BoxDynError> {
                Ok(<&str as sqlx::Decode<sqlx::Postgres>>::decode(value)?.parse()?)
            }
        }
    };
}
pub(crate) use vocabulary;
