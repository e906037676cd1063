//! A serializer that writes as it goes.
//!
//! The keys of an object come sorted. A struct is walked once to learn its keys, then once for each of them, so that none
//! of its values is kept: passing over a field costs a call. Only a map, whose keys are not known before, keeps the text of
//! its entries.

use std::io::Write;

use serde::ser::{
    Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use serde_json::Error;

use super::write_number;

/// The largest whole number that a JavaScript number holds with all its neighbours.
const LARGEST: u64 = (1 << 53) - 1;

/// Writes values as JSON.
pub(super) struct Writer<'w> {
    out: &'w mut dyn Write,
    /// Keys stay in their order, and whole numbers beyond 2^53 are text.
    plain: bool,
    /// What the next struct does.
    walk: Walk,
    /// The keys that a struct told, in the order of its fields.
    keys: Vec<&'static str>,
    /// The variant that they belong to.
    named: Option<&'static str>,
}

/// What a struct does with its fields.
#[derive(Clone, Copy, PartialEq)]
enum Walk {
    /// Tells their keys.
    Keys,
    /// Its keys were told.
    Told,
    /// Writes the field of that number.
    One(usize),
}

impl<'w> Writer<'w> {
    pub(super) fn new(out: &'w mut dyn Write, plain: bool) -> Self {
        Self {
            out,
            plain,
            walk: Walk::Keys,
            keys: Vec::new(),
            named: None,
        }
    }

    /// Writes a value.
    pub(super) fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.walk = Walk::Keys;
        value.serialize(&mut *self)?;
        if self.walk != Walk::Told {
            return Ok(());
        }
        let mut order: Vec<(&'static str, usize)> = self.keys.drain(..).zip(0..).collect();
        let named = self.named.take();
        if order.iter().all(|(key, _)| key.is_ascii()) {
            order.sort_unstable();
        } else {
            order.sort_by_cached_key(|(key, _)| key.encode_utf16().collect::<Vec<u16>>());
        }
        if let Some(variant) = named {
            self.variant(variant)?;
        }
        self.put("{")?;
        for (place, (_, field)) in order.into_iter().enumerate() {
            if place > 0 {
                self.put(",")?;
            }
            self.walk = Walk::One(field);
            value.serialize(&mut *self)?;
        }
        self.walk = Walk::Keys;
        self.put(if named.is_some() { "}}" } else { "}" })
    }

    fn put(&mut self, text: &str) -> Result<(), Error> {
        self.out.write_all(text.as_bytes()).map_err(Error::io)
    }

    fn whole(&mut self, value: &str, is_large: bool) -> Result<(), Error> {
        if self.plain && is_large {
            self.put("\"")?;
            self.put(value)?;
            return self.put("\"");
        }
        self.put(value)
    }

    fn key(&mut self, key: &str) -> Result<(), Error> {
        serde_json::to_writer(&mut *self.out, key)?;
        self.put(":")
    }

    /// The value of a variant that is an object of one key: what comes before it.
    fn variant(&mut self, name: &str) -> Result<(), Error> {
        self.put("{")?;
        self.key(name)
    }

    /// The key of a map, as text in quotes.
    fn map_key<T: Serialize + ?Sized>(&self, key: &T) -> Result<Vec<u8>, Error> {
        let mut text = Vec::new();
        Writer::new(&mut text, false).value(key)?;
        match text.first() {
            Some(b'"') => Ok(text),
            Some(b'-' | b'0'..=b'9' | b't' | b'f') => Ok([b"\"", text.as_slice(), b"\""].concat()),
            _ => Err(Error::custom("a key that is no text")),
        }
    }
}

/// An array, or the fields of a tuple variant.
pub(super) struct Items<'a, 'w> {
    writer: &'a mut Writer<'w>,
    first: bool,
    end: &'static str,
}

impl<'a, 'w> Items<'a, 'w> {
    fn new(writer: &'a mut Writer<'w>, end: &'static str) -> Result<Self, Error> {
        writer.put("[")?;
        Ok(Self {
            writer,
            first: true,
            end,
        })
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        if !std::mem::take(&mut self.first) {
            self.writer.put(",")?;
        }
        self.writer.value(value)
    }

    fn finish(self) -> Result<(), Error> {
        self.writer.put(self.end)
    }
}

/// The fields of a struct.
pub(super) struct Fields<'a, 'w> {
    writer: &'a mut Writer<'w>,
    walk: Walk,
    at: usize,
    /// Written in their order.
    plain: bool,
    end: &'static str,
}

impl<'a, 'w> Fields<'a, 'w> {
    fn new(writer: &'a mut Writer<'w>, end: &'static str) -> Result<Self, Error> {
        let (walk, plain) = (writer.walk, writer.plain);
        if plain {
            writer.put("{")?;
        }
        Ok(Self {
            writer,
            walk,
            at: 0,
            plain,
            end,
        })
    }

    fn field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Error> {
        let at = self.at;
        self.at += 1;
        if self.plain {
            if at > 0 {
                self.writer.put(",")?;
            }
        } else if self.walk == Walk::Keys {
            self.writer.keys.push(key);
            return Ok(());
        } else if self.walk != Walk::One(at) {
            return Ok(());
        }
        self.writer.key(key)?;
        self.writer.value(value)
    }

    fn finish(self) -> Result<(), Error> {
        if self.plain {
            self.writer.put(self.end)?;
        } else if self.walk == Walk::Keys {
            self.writer.walk = Walk::Told;
        }
        Ok(())
    }
}

/// The entries of a map: kept until all keys are known.
pub(super) struct Entries<'a, 'w> {
    writer: &'a mut Writer<'w>,
    key: Vec<u8>,
    /// Key and value of each.
    kept: Vec<(Vec<u8>, Vec<u8>)>,
    first: bool,
}

impl Entries<'_, '_> {
    /// The entries by the UTF-16 code units of what their keys say, not by how they are escaped.
    fn sort(&mut self) -> Result<(), Error> {
        let is_plain = |key: &[u8]| key.is_ascii() && !key.contains(&b'\\');
        if self.kept.iter().all(|(key, _)| is_plain(key)) {
            // Without the quote at the end, which sorts behind a blank.
            let bare = |key: &[u8]| key.len().saturating_sub(1);
            self.kept
                .sort_by(|(a, _), (b, _)| a.get(..bare(a)).cmp(&b.get(..bare(b))));
            return Ok(());
        }
        let mut keyed = Vec::with_capacity(self.kept.len());
        for entry in self.kept.drain(..) {
            let said: String = serde_json::from_slice(&entry.0)?;
            keyed.push((said.encode_utf16().collect::<Vec<u16>>(), entry));
        }
        keyed.sort_by(|a, b| a.0.cmp(&b.0));
        self.kept.extend(keyed.into_iter().map(|(_, entry)| entry));
        Ok(())
    }
}

impl SerializeMap for Entries<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key = self.writer.map_key(key)?;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let key = std::mem::take(&mut self.key);
        if !self.writer.plain {
            let mut text = Vec::new();
            Writer::new(&mut text, false).value(value)?;
            self.kept.push((key, text));
            return Ok(());
        }
        if !std::mem::take(&mut self.first) {
            self.writer.put(",")?;
        }
        self.writer.out.write_all(&key).map_err(Error::io)?;
        self.writer.put(":")?;
        self.writer.value(value)
    }

    fn end(mut self) -> Result<(), Error> {
        self.sort()?;
        for (place, (key, value)) in self.kept.iter().enumerate() {
            if place > 0 {
                self.writer.put(",")?;
            }
            let all = [key, b":".as_slice(), value];
            all.iter()
                .try_for_each(|part| self.writer.out.write_all(part))
                .map_err(Error::io)?;
        }
        self.writer.put("}")
    }
}

macro_rules! items {
    ($($of:ident: $name:ident),*) => {
        $(impl $of for Items<'_, '_> {
            type Ok = ();
            type Error = Error;

            fn $name<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.item(value)
            }

            fn end(self) -> Result<(), Error> {
                self.finish()
            }
        })*
    };
}

items!(SerializeSeq: serialize_element, SerializeTuple: serialize_element, SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field);

macro_rules! fields {
    ($($of:ident),*) => {
        $(impl $of for Fields<'_, '_> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Error> {
                self.field(key, value)
            }

            fn end(self) -> Result<(), Error> {
                self.finish()
            }
        })*
    };
}

fields!(SerializeStruct, SerializeStructVariant);

/// Whole numbers are written in full.
macro_rules! whole {
    ($($name:ident: $type:ty),*) => {
        $(fn $name(self, value: $type) -> Result<(), Error> {
            self.whole(&value.to_string(), i128::from(value).unsigned_abs() > u128::from(LARGEST))
        })*
    };
}

impl<'a, 'w> Serializer for &'a mut Writer<'w> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Items<'a, 'w>;
    type SerializeTuple = Items<'a, 'w>;
    type SerializeTupleStruct = Items<'a, 'w>;
    type SerializeTupleVariant = Items<'a, 'w>;
    type SerializeMap = Entries<'a, 'w>;
    type SerializeStruct = Fields<'a, 'w>;
    type SerializeStructVariant = Fields<'a, 'w>;

    whole!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128);
    whole!(serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64);

    fn serialize_u128(self, value: u128) -> Result<(), Error> {
        self.whole(&value.to_string(), value > u128::from(LARGEST))
    }

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.put(if value { "true" } else { "false" })
    }

    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_f64(self, value: f64) -> Result<(), Error> {
        if !value.is_finite() {
            return self.put("null");
        }
        let mut text = String::new();
        write_number(&mut text, value);
        self.put(&text)
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        serde_json::to_writer(&mut *self.out, value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.put("null")
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.put("null")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.put("null")
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.variant(variant)?;
        self.value(value)?;
        self.put("}")
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a, 'w>, Error> {
        Items::new(self, "]")
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'a, 'w>, Error> {
        Items::new(self, "]")
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items<'a, 'w>, Error> {
        Items::new(self, "]")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'a, 'w>, Error> {
        self.variant(variant)?;
        Items::new(self, "]}")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'a, 'w>, Error> {
        self.put("{")?;
        Ok(Entries {
            writer: self,
            key: Vec::new(),
            kept: Vec::new(),
            first: true,
        })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields<'a, 'w>, Error> {
        Fields::new(self, "}")
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Fields<'a, 'w>, Error> {
        if self.plain {
            self.variant(variant)?;
            return Fields::new(self, "}}");
        }
        if self.walk == Walk::Keys {
            self.named = Some(variant);
        }
        Fields::new(self, "}")
    }
}
