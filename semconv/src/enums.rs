//! The two shapes of enum. The generated code names the members; what they can do is written once, here.

/// An enum that others emit too: a value outside the list is kept as `Other`.
macro_rules! open_enum {
    (
        $(#[$doc:meta])*
        pub enum $name:ident { $($(#[$member_doc:meta])* $member:ident = $value:literal,)* }
        other = $other:literal;
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name<'a> {
            $($(#[$member_doc])* $member,)*
            /// A value outside the list, as it was received.
            Other(&'a str),
        }

        impl<'a> $name<'a> {
            /// The members in the order of the registry, without `Other`.
            pub const ALL: &'static [$name<'static>] = &[$($name::$member,)*];

            /// What metrics say for every value outside the list.
            pub const OTHER: $name<'static> = $name::Other($other);

            /// The text on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'a str {
                match self {
                    $(Self::$member => $value,)*
                    Self::Other(value) => value,
                }
            }

            /// Reads the text on the wire; what is outside the list becomes `Other`.
            #[must_use]
            pub fn parse(text: &'a str) -> Self {
                match text {
                    $($value => Self::$member,)*
                    _ => Self::Other(text),
                }
            }

            /// The text for an attribute of a metric: what is outside the list becomes that of [`Self::OTHER`], so
            /// that no sender can make series without end.
            #[must_use]
            pub const fn bounded(self) -> &'static str {
                match self {
                    $(Self::$member => $value,)*
                    Self::Other(_) => $other,
                }
            }
        }

        impl std::fmt::Display for $name<'_> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl crate::Kind for $name<'static> {
            type Input<'a> = $name<'a>;

            fn value<'a>(input: <Self as crate::Kind>::Input<'a>) -> crate::Value<'a> {
                crate::Value::Text(input.as_str())
            }
        }
    };
}

/// An enum that we alone emit: there is no other value.
macro_rules! closed_enum {
    (
        $(#[$doc:meta])*
        pub enum $name:ident { $($(#[$member_doc:meta])* $member:ident = $value:literal,)* }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$member_doc])* $member,)*
        }

        impl $name {
            /// The members in the order of the registry.
            pub const ALL: &'static [Self] = &[$(Self::$member,)*];

            /// How many members there are: the length of an array with a place for each.
            pub const COUNT: usize = Self::ALL.len();

            /// The place of this member in [`Self::ALL`].
            #[must_use]
            pub const fn index(self) -> usize {
                self as usize
            }

            /// The text on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$member => $value,)*
                }
            }

            /// Reads the text on the wire; `None` for a text outside the list.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text {
                    $($value => Some(Self::$member),)*
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl crate::Kind for $name {
            type Input<'a> = Self;

            fn value<'a>(input: <Self as crate::Kind>::Input<'a>) -> crate::Value<'a> {
                crate::Value::Text(input.as_str())
            }
        }
    };
}
