//! A serializer that writes as it goes.
//!
//! The keys of an object come sorted. The fields of a struct are written in their order and put in that of their keys when it
//! ends. The outermost structs are most of a report, and what is hashed is not kept: they are walked once to learn their keys,
//! then once for each of them, where passing over a field costs a call.

use bellwether_json::{Field, arrange, key, number, put, signed, text, unsigned};
use bellwether_order::Sort;
use serde::ser::{
    Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use serde_json::Error;
use sha2::{Digest, Sha256};

/// The largest whole number that a JavaScript number holds with all its neighbours.
const LARGEST: u64 = (1 << 53) - 1;

/// Structs inside one another that are walked: results, and a metric or score of theirs. Their cells are small.
const WALKED: usize = 2;

/// How much text waits to be hashed.
const WAITING: usize = 1 << 14;

/// How objects and numbers are written.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Form {
    /// Keys are sorted.
    Canonical,
    /// Keys stay in their order, and whole numbers beyond 2^53 are text.
    Plain,
}

/// Writes values as JSON.
pub(super) struct Writer {
    out: Vec<u8>,
    form: Form,
    /// Takes what is written, and leaves nothing of it.
    hash: Option<Sha256>,
    /// Objects around this place that are put in order when they end: nothing of them can be hashed before.
    kept: usize,
    /// Structs around this place that are walked.
    walked: usize,
    /// What the next struct does.
    walk: Walk,
    /// The keys that it told, in the order of its fields.
    keys: Vec<&'static str>,
    /// The variant that they belong to.
    named: Option<&'static str>,
    /// The fields of the structs around this place that were written.
    fields: Vec<Field>,
    spare: Vec<u8>,
}

/// Whether a struct is walked, and what it then does with its fields.
#[derive(Clone, Copy, PartialEq)]
enum Walk {
    /// It is not walked.
    No,
    /// Tells their keys.
    Keys,
    /// Its keys were told.
    Told,
    /// Writes the field of that number.
    One(usize),
}

impl Writer {
    pub(super) fn new(form: Form) -> Self {
        Self {
            out: Vec::with_capacity(1 << 12),
            form,
            hash: None,
            kept: 0,
            walked: 0,
            walk: Walk::No,
            keys: Vec::new(),
            named: None,
            fields: Vec::new(),
            spare: Vec::new(),
        }
    }

    /// What is written goes into a hash and is not kept.
    pub(super) fn hashing(mut self) -> Self {
        self.hash = Some(Sha256::new());
        self
    }

    pub(super) fn into_text(self) -> Vec<u8> {
        self.out
    }

    pub(super) fn into_hash(self) -> Vec<u8> {
        let hash = self.hash.unwrap_or_default();
        hash.chain_update(&self.out).finalize().to_vec()
    }

    /// Writes a value.
    pub(super) fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let walks = self.form == Form::Canonical && self.kept == 0 && self.walked < WALKED;
        self.walk = if walks { Walk::Keys } else { Walk::No };
        value.serialize(&mut *self)?;
        if self.walk != Walk::Told {
            return Ok(());
        }
        let order = self.told();
        let end = if self.named.take().is_some() {
            b"}}".as_slice()
        } else {
            b"}"
        };
        self.walked += 1;
        for (place, field) in order.into_iter().enumerate() {
            self.out.push(if place == 0 { b'{' } else { b',' });
            self.walk = Walk::One(field);
            value.serialize(&mut *self)?;
            self.pass_on();
        }
        self.walked -= 1;
        self.walk = Walk::No;
        put(&mut self.out, end);
        Ok(())
    }

    /// The fields of the struct that told its keys, in their order; writes the name of its variant.
    fn told(&mut self) -> Vec<usize> {
        let mut order: Vec<(&'static str, usize)> = self.keys.drain(..).zip(0..).collect();
        order.order_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
        if let Some(variant) = self.named {
            self.variant(variant);
        }
        if order.is_empty() {
            self.out.push(b'{');
        }
        order.into_iter().map(|(_, field)| field).collect()
    }

    /// Hashes what was written where enough of it waits.
    fn pass_on(&mut self) {
        if self.out.len() < WAITING || self.kept > 0 {
            return;
        }
        if let Some(hash) = &mut self.hash {
            hash.update(&self.out);
            self.out.clear();
        }
    }

    fn put(&mut self, text: &str) {
        put(&mut self.out, text.as_bytes());
    }

    fn whole(&mut self, is_large: bool, write: impl FnOnce(&mut Vec<u8>)) {
        let quoted = is_large && self.form == Form::Plain;
        if quoted {
            self.out.push(b'"');
        }
        write(&mut self.out);
        if quoted {
            self.out.push(b'"');
        }
    }

    /// The value of a variant that is an object of one key: what comes before it.
    fn variant(&mut self, name: &str) {
        self.out.push(b'{');
        key(&mut self.out, name);
    }
}

/// An array, or the fields of a tuple variant.
pub(super) struct Items<'a> {
    writer: &'a mut Writer,
    first: bool,
    end: &'static str,
}

impl<'a> Items<'a> {
    fn new(writer: &'a mut Writer, end: &'static str) -> Self {
        writer.out.push(b'[');
        Self {
            writer,
            first: true,
            end,
        }
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        if !std::mem::take(&mut self.first) {
            self.writer.out.push(b',');
        }
        self.writer.value(value)?;
        self.writer.pass_on();
        Ok(())
    }

    fn finish(self) {
        self.writer.put(self.end);
    }
}

/// The fields of a struct.
pub(super) struct Fields<'a> {
    writer: &'a mut Writer,
    how: How,
    at: usize,
    end: &'static str,
}

/// What becomes of the fields.
#[derive(Clone, Copy)]
enum How {
    /// They are written in their order.
    Plain,
    /// They are written in their order and put in that of their keys, those from this number on of the writer's.
    Arranged(usize),
    /// Keys are told, or one is written.
    Walked(Walk),
}

impl<'a> Fields<'a> {
    fn new(writer: &'a mut Writer, end: &'static str) -> Self {
        let how = if writer.form == Form::Plain {
            How::Plain
        } else if writer.walk != Walk::No {
            How::Walked(writer.walk)
        } else {
            writer.kept += 1;
            How::Arranged(writer.fields.len())
        };
        if !matches!(how, How::Walked(_)) {
            writer.out.push(b'{');
        }
        Self {
            writer,
            how,
            at: 0,
            end,
        }
    }

    /// Whether the field is to be written; what comes before its value.
    fn begin(&mut self, name: &'static str) -> bool {
        let at = self.at;
        self.at += 1;
        let out = &mut self.writer.out;
        match self.how {
            How::Walked(Walk::Keys) => {
                self.writer.keys.push(name);
                return false;
            }
            How::Walked(walk) if walk != Walk::One(at) => return false,
            How::Walked(_) => {}
            How::Plain | How::Arranged(_) => {
                if at > 0 {
                    out.push(b',');
                }
                if matches!(self.how, How::Arranged(_)) {
                    self.writer.fields.push(Field::new(name, out.len()));
                }
            }
        }
        key(out, name);
        true
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        if self.begin(name) {
            self.writer.value(value)?;
        }
        Ok(())
    }

    fn finish(self) {
        let writer = self.writer;
        match self.how {
            How::Walked(walk) => {
                if walk == Walk::Keys {
                    writer.walk = Walk::Told;
                }
                return;
            }
            How::Arranged(from) => {
                let Writer { out, fields, spare, .. } = &mut *writer;
                arrange(out, fields.get_mut(from..).unwrap_or_default(), spare);
                fields.truncate(from);
                writer.kept -= 1;
            }
            How::Plain => {}
        }
        writer.put(self.end);
    }
}

/// The entries of a map.
pub(super) struct Entries<'a> {
    writer: &'a mut Writer,
    /// Where each begins, where its key ends, and where it ends.
    entries: Vec<(usize, usize, usize)>,
}

impl<'a> Entries<'a> {
    fn new(writer: &'a mut Writer) -> Self {
        writer.out.push(b'{');
        writer.kept += 1;
        writer.walk = Walk::No;
        Self {
            writer,
            entries: Vec::new(),
        }
    }

    /// The entries by the UTF-16 code units of what their keys say, not by how they are escaped.
    fn arrange(&mut self) -> Result<(), Error> {
        let Writer { out, spare, .. } = &mut *self.writer;
        let said = |(start, end, _): &(usize, usize, usize)| {
            let quoted = out.get(*start..*end).unwrap_or_default();
            serde_json::from_slice::<String>(quoted).map(|key| key.encode_utf16().collect::<Vec<u16>>())
        };
        let bare = |(start, end, _): &(usize, usize, usize)| out.get(start + 1..end - 1).unwrap_or_default();
        let is_plain = |key: &[u8]| key.is_ascii() && !key.contains(&b'\\');
        if self.entries.iter().all(|entry| is_plain(bare(entry))) {
            if self.entries.is_sorted_by_key(bare) {
                return Ok(());
            }
            self.entries.order_by(|a, b| bare(a).cmp(bare(b)));
        } else {
            let keys: Vec<Vec<u16>> = self.entries.iter().map(said).collect::<Result<_, _>>()?;
            let mut keyed: Vec<_> = keys.into_iter().zip(self.entries.drain(..)).collect();
            keyed.order_by(|a, b| a.0.cmp(&b.0));
            self.entries.extend(keyed.into_iter().map(|(_, entry)| entry));
        }
        spare.clear();
        for (place, (start, _, end)) in self.entries.iter().enumerate() {
            if place > 0 {
                spare.push(b',');
            }
            put(spare, out.get(*start..*end).unwrap_or_default());
        }
        out.truncate(out.len() - spare.len());
        out.extend_from_slice(spare);
        Ok(())
    }
}

impl SerializeMap for Entries<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        let out = &mut self.writer.out;
        if !self.entries.is_empty() {
            out.push(b',');
        }
        let start = out.len();
        key.serialize(&mut *self.writer)?;
        let out = &mut self.writer.out;
        match out.get(start) {
            Some(b'"') => {}
            Some(b'-' | b'0'..=b'9' | b't' | b'f') => {
                out.insert(start, b'"');
                out.push(b'"');
            }
            _ => return Err(Error::custom("a key that is no text")),
        }
        self.entries.push((start, out.len(), 0));
        out.push(b':');
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.writer.value(value)?;
        if let Some(entry) = self.entries.last_mut() {
            entry.2 = self.writer.out.len();
        }
        Ok(())
    }

    fn end(mut self) -> Result<(), Error> {
        if self.writer.form == Form::Canonical {
            self.arrange()?;
        }
        self.writer.kept -= 1;
        self.writer.out.push(b'}');
        Ok(())
    }
}

macro_rules! items {
    ($($of:ident: $name:ident),*) => {
        $(impl $of for Items<'_> {
            type Ok = ();
            type Error = Error;

            fn $name<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.item(value)
            }

            fn end(self) -> Result<(), Error> {
                self.finish();
                Ok(())
            }
        })*
    };
}

items!(SerializeSeq: serialize_element, SerializeTuple: serialize_element, SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field);

macro_rules! fields {
    ($($of:ident),*) => {
        $(impl $of for Fields<'_> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Error> {
                self.field(key, value)
            }

            fn end(self) -> Result<(), Error> {
                self.finish();
                Ok(())
            }
        })*
    };
}

fields!(SerializeStruct, SerializeStructVariant);

/// Whole numbers are written in full.
macro_rules! whole {
    ($($name:ident: $type:ty),*) => {
        $(fn $name(self, value: $type) -> Result<(), Error> {
            self.serialize_i64(i64::from(value))
        })*
    };
}

impl<'a> Serializer for &'a mut Writer {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Items<'a>;
    type SerializeTuple = Items<'a>;
    type SerializeTupleStruct = Items<'a>;
    type SerializeTupleVariant = Items<'a>;
    type SerializeMap = Entries<'a>;
    type SerializeStruct = Fields<'a>;
    type SerializeStructVariant = Fields<'a>;

    whole!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_u8: u8, serialize_u16: u16,
        serialize_u32: u32);

    fn serialize_i64(self, value: i64) -> Result<(), Error> {
        self.whole(value.unsigned_abs() > LARGEST, |out| signed(out, value));
        Ok(())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Error> {
        self.whole(value > LARGEST, |out| unsigned(out, value));
        Ok(())
    }

    fn serialize_i128(self, value: i128) -> Result<(), Error> {
        self.whole(value.unsigned_abs() > u128::from(LARGEST), |out| {
            put(out, value.to_string().as_bytes());
        });
        Ok(())
    }

    fn serialize_u128(self, value: u128) -> Result<(), Error> {
        self.whole(value > u128::from(LARGEST), |out| {
            put(out, value.to_string().as_bytes())
        });
        Ok(())
    }

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.put(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_f64(self, value: f64) -> Result<(), Error> {
        if !value.is_finite() {
            return self.serialize_unit();
        }
        number(&mut self.out, value);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        text(&mut self.out, value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.put("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
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
        self.variant(variant);
        self.value(value)?;
        self.out.push(b'}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a>, Error> {
        Ok(Items::new(self, "]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'a>, Error> {
        Ok(Items::new(self, "]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items<'a>, Error> {
        Ok(Items::new(self, "]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'a>, Error> {
        self.variant(variant);
        Ok(Items::new(self, "]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'a>, Error> {
        Ok(Entries::new(self))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields<'a>, Error> {
        Ok(Fields::new(self, "}"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Fields<'a>, Error> {
        if self.walk == Walk::No {
            self.variant(variant);
        } else if self.walk == Walk::Keys {
            self.named = Some(variant);
        }
        Ok(Fields::new(self, "}}"))
    }
}
