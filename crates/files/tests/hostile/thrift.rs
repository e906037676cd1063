//! A Parquet file of one column of whole numbers, written by hand, so that it can tell any lie.

/// What is untrue in a file.
pub enum Lie {
    /// Nothing.
    None,
    /// What the page unpacks to.
    Unpacked(i64),
    /// What the page takes as it is stored.
    Stored(i64),
    /// Values of the page.
    PageValues(i64),
    /// Values of the chunk.
    ChunkValues(i64),
    /// Rows of the file.
    FileRows(i64),
    /// Rows of the file, its group and its chunk.
    AllRows(i64),
    /// Where the chunk lies.
    Offset(i64),
    /// What the chunk takes.
    ChunkStored(i64),
    /// So many groups of the same chunk.
    Groups(usize),
    /// A schema so deep.
    Deep(usize),
    /// The root has so many children.
    Children(i64),
    /// So many columns of the same chunk.
    Columns(usize),
    /// An unknown field of structs so deep in the footer.
    Nest(usize),
    /// The same in the page's header.
    PageNest(usize),
    /// The page is of the second form, and its levels so long.
    Levels(i64),
    /// Entries of the dictionary.
    DictionaryValues(i64),
    /// A code of the page.
    Code(u8),
    /// Bits of a code.
    Width(u8),
    /// The codec by number.
    Codec(i64),
    /// The page as it is stored, for that codec.
    Bomb(i64, Vec<u8>),
}

/// Rows of the file.
const ROWS: i64 = 8;

/// A struct of Thrift's compact form being written.
#[derive(Default)]
struct Struct {
    bytes: Vec<u8>,
    last: i64,
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn zigzag(value: i64, out: &mut Vec<u8>) {
    varint(((value << 1) ^ (value >> 63)) as u64, out);
}

impl Struct {
    fn head(mut self, number: i64, kind: u8) -> Self {
        self.bytes.push(((number - self.last) as u8) << 4 | kind);
        self.last = number;
        self
    }

    fn i32(self, number: i64, value: i64) -> Self {
        let mut own = self.head(number, 5);
        zigzag(value, &mut own.bytes);
        own
    }

    fn i64(self, number: i64, value: i64) -> Self {
        let mut own = self.head(number, 6);
        zigzag(value, &mut own.bytes);
        own
    }

    fn text(self, number: i64, text: &str) -> Self {
        let mut own = self.head(number, 8);
        varint(text.len() as u64, &mut own.bytes);
        own.bytes.extend_from_slice(text.as_bytes());
        own
    }

    fn inner(self, number: i64, inner: Self) -> Self {
        let mut own = self.head(number, 12);
        own.bytes.extend(inner.end());
        own
    }

    fn list(self, number: i64, kind: u8, items: &[Vec<u8>]) -> Self {
        let mut own = self.head(number, 9);
        own.bytes.push(0xf0 | kind);
        varint(items.len() as u64, &mut own.bytes);
        items.iter().for_each(|item| own.bytes.extend_from_slice(item));
        own
    }

    fn nest(self, number: i64, depth: usize) -> Self {
        let mut own = self.head(number, 12);
        own.bytes.extend(std::iter::repeat_n(0x1c, depth));
        own.bytes.extend(std::iter::repeat_n(0, depth + 1));
        own
    }

    fn end(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.bytes
    }
}

fn page_header(lie: &Lie, body: usize, unpacked: usize, by_dictionary: bool) -> Struct {
    let stored = if let Lie::Stored(said) = lie {
        *said
    } else {
        body as i64
    };
    let unpacked = if let Lie::Unpacked(said) = lie {
        *said
    } else {
        unpacked as i64
    };
    let values = if let Lie::PageValues(said) = lie { *said } else { ROWS };
    let encoding = if by_dictionary { 8 } else { 0 };
    let kind = if matches!(lie, Lie::Levels(_)) { 3 } else { 0 };
    let header = Struct::default().i32(1, kind).i32(2, unpacked).i32(3, stored);
    let header = match lie {
        Lie::Levels(said) => header.inner(
            8,
            Struct::default()
                .i32(1, values)
                .i32(2, 0)
                .i32(3, values)
                .i32(4, encoding)
                .i32(5, *said)
                .i32(6, *said),
        ),
        _ => header.inner(5, Struct::default().i32(1, values).i32(2, encoding).i32(3, 3).i32(4, 3)),
    };
    match lie {
        Lie::PageNest(depth) => header.nest(15, *depth),
        _ => header,
    }
}

/// The file.
pub fn parquet(lie: &Lie) -> Vec<u8> {
    let by_dictionary = matches!(lie, Lie::DictionaryValues(_) | Lie::Code(_) | Lie::Width(_));
    let plain: Vec<u8> = (0..ROWS).flat_map(|row| (row * 3).to_le_bytes()).collect();
    let mut out = b"PAR1".to_vec();
    let mut dictionary = None;
    let start = out.len() as i64;
    let body = if by_dictionary {
        dictionary = Some(start);
        let entries = if let Lie::DictionaryValues(said) = lie {
            *said
        } else {
            ROWS
        };
        let header = Struct::default()
            .i32(1, 2)
            .i32(2, plain.len() as i64)
            .i32(3, plain.len() as i64)
            .inner(7, Struct::default().i32(1, entries).i32(2, 0));
        out.extend(header.end());
        out.extend_from_slice(&plain);
        let width = if let Lie::Width(said) = lie { *said } else { 8 };
        let code = if let Lie::Code(said) = lie { *said } else { 1 };
        // The width of codes, and one run of bits: eight of them.
        vec![width, 3, 0, 1, 2, 3, code, 5, 6, 7]
    } else if let Lie::Bomb(_, packed) = lie {
        packed.clone()
    } else {
        plain.clone()
    };
    let data = out.len() as i64;
    let unpacked = if by_dictionary { body.len() } else { plain.len() };
    out.extend(page_header(lie, body.len(), unpacked, by_dictionary).end());
    out.extend_from_slice(&body);
    let size = out.len() as i64 - start;

    let codec = match lie {
        Lie::Codec(codec) | Lie::Bomb(codec, _) => *codec,
        _ => 0,
    };
    let rows = if let Lie::AllRows(said) = lie { *said } else { ROWS };
    let encoding = |code: i64| {
        let mut out = Vec::new();
        zigzag(code, &mut out);
        out
    };
    let name = |text: &str| {
        let mut out = Vec::new();
        varint(text.len() as u64, &mut out);
        out.extend_from_slice(text.as_bytes());
        out
    };
    let chunk = || {
        let encodings = [encoding(0), encoding(3), encoding(8)];
        let meta = Struct::default()
            .i32(1, 2)
            .list(2, 5, &encodings)
            .list(3, 8, &[name("n")])
            .i32(4, codec)
            .i64(5, if let Lie::ChunkValues(said) = lie { *said } else { rows })
            .i64(6, size)
            .i64(7, if let Lie::ChunkStored(said) = lie { *said } else { size })
            .i64(9, if let Lie::Offset(said) = lie { *said } else { data });
        let meta = match dictionary {
            Some(place) => meta.i64(11, place),
            None => meta,
        };
        Struct::default().i64(2, start).inner(3, meta).end()
    };
    let columns = if let Lie::Columns(count) = lie { *count } else { 1 };
    let groups = if let Lie::Groups(count) = lie { *count } else { 1 };
    let group = Struct::default()
        .list(1, 12, &vec![chunk(); columns])
        .i64(2, size)
        .i64(3, rows)
        .end();
    let leaf = |text: &str| Struct::default().i32(1, 2).i32(3, 0).text(4, text).end();
    let mut schema = Vec::new();
    match lie {
        Lie::Deep(depth) => {
            schema.push(Struct::default().text(4, "root").i32(5, 1).end());
            schema.extend(std::iter::repeat_n(
                Struct::default().i32(3, 0).text(4, "g").i32(5, 1).end(),
                *depth,
            ));
        }
        Lie::Children(said) => schema.push(Struct::default().text(4, "root").i32(5, *said).end()),
        _ => schema.push(Struct::default().text(4, "root").i32(5, columns as i64).end()),
    }
    schema.extend((0..columns).map(|column| {
        leaf(&if column == 0 {
            "n".to_owned()
        } else {
            format!("n{column}")
        })
    }));
    let all_rows = rows.saturating_mul(groups as i64);
    let footer = Struct::default()
        .i32(1, 1)
        .list(2, 12, &schema)
        .i64(3, if let Lie::FileRows(said) = lie { *said } else { all_rows })
        .list(4, 12, &vec![group; groups]);
    let footer = match lie {
        Lie::Nest(depth) => footer.nest(15, *depth),
        _ => footer,
    };
    let footer = footer.end();
    out.extend_from_slice(&footer);
    out.extend_from_slice(&(footer.len() as u32).to_le_bytes());
    out.extend_from_slice(b"PAR1");
    out
}
