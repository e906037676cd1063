//! Writing a specification as JSON, with little code.
//!
//! `serde_json::json!` writes the insertion of each key out in place, a hundred bytes of WebAssembly for each, and a
//! specification has hundreds of keys: it was as much code as the whole parser of the language. Here each is one call.

use serde::Serialize;
use serde_json::{Map, Value};

/// A value in the place of an expression.
#[inline(never)]
pub(super) fn value<T: ?Sized + Serialize>(of: &T) -> Value {
    // Numbers, texts and lists of them: this cannot fail.
    serde_json::to_value(of).unwrap_or_default()
}

/// One key of an object.
#[inline(never)]
pub(super) fn set(object: &mut Map<String, Value>, key: &str, value: Value) {
    object.insert(key.to_owned(), value);
}

/// One item of an array.
#[inline(never)]
pub(super) fn push(array: &mut Vec<Value>, value: Value) {
    array.push(value);
}

/// An object, an array or an expression as a [`Value`], in the notation of `serde_json::json!`. A key is a literal, or an
/// expression in brackets.
macro_rules! spec {
    (@object $object:ident) => {};
    (@object $object:ident $key:tt : null $(, $($rest:tt)*)?) => {
        $crate::chart::vega::spec::set(&mut $object, &$key, ::serde_json::Value::Null);
        $(spec!(@object $object $($rest)*);)?
    };
    (@object $object:ident $key:tt : [$($items:tt)*] $(, $($rest:tt)*)?) => {
        $crate::chart::vega::spec::set(&mut $object, &$key, spec!([$($items)*]));
        $(spec!(@object $object $($rest)*);)?
    };
    (@object $object:ident $key:tt : {$($entries:tt)*} $(, $($rest:tt)*)?) => {
        $crate::chart::vega::spec::set(&mut $object, &$key, spec!({$($entries)*}));
        $(spec!(@object $object $($rest)*);)?
    };
    (@object $object:ident $key:tt : $value:expr $(, $($rest:tt)*)?) => {
        $crate::chart::vega::spec::set(&mut $object, &$key, spec!($value));
        $(spec!(@object $object $($rest)*);)?
    };
    (@array $array:ident) => {};
    (@array $array:ident null $(, $($rest:tt)*)?) => {
        $crate::chart::vega::spec::push(&mut $array, ::serde_json::Value::Null);
        $(spec!(@array $array $($rest)*);)?
    };
    (@array $array:ident [$($items:tt)*] $(, $($rest:tt)*)?) => {
        $crate::chart::vega::spec::push(&mut $array, spec!([$($items)*]));
        $(spec!(@array $array $($rest)*);)?
    };
    (@array $array:ident {$($entries:tt)*} $(, $($rest:tt)*)?) => {
        $crate::chart::vega::spec::push(&mut $array, spec!({$($entries)*}));
        $(spec!(@array $array $($rest)*);)?
    };
    (@array $array:ident $value:expr $(, $($rest:tt)*)?) => {
        $crate::chart::vega::spec::push(&mut $array, spec!($value));
        $(spec!(@array $array $($rest)*);)?
    };
    (null) => { ::serde_json::Value::Null };
    ([]) => { ::serde_json::Value::Array(Vec::new()) };
    ([$($items:tt)+]) => {{
        let mut array: Vec<::serde_json::Value> = Vec::new();
        spec!(@array array $($items)+);
        ::serde_json::Value::Array(array)
    }};
    ({}) => { ::serde_json::Value::Object(::serde_json::Map::new()) };
    ({$($entries:tt)+}) => {{
        let mut object = ::serde_json::Map::new();
        spec!(@object object $($entries)+);
        ::serde_json::Value::Object(object)
    }};
    ($value:expr) => { $crate::chart::vega::spec::value(&$value) };
}
pub(super) use spec;
