//! Which functions are written once, and in which order they stand in the file.
//!
//! A packer tells again what it has told a short while ago in few bits. Compilers write functions module by module, so that the
//! thousand functions that are one loop over other types lie far apart. Here each function is followed by the one most like it:
//! a twentieth less in brotli, and nothing that runs is another.

use std::collections::BTreeMap;
use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{CodeSectionReader, FunctionBody, FunctionSectionReader, Parser, Payload, TypeRef};

/// Bytes that are looked at together: an instruction or two.
const GRAM: usize = 3;

/// Numbers that tell what a function is like.
const WIDTH: usize = 256;

/// The length that what tells of a function is brought to, so that small ones and large ones are compared.
const LENGTH: f64 = 4096.0;

/// Writes the functions that are the same once.
pub fn merged(wasm: &[u8]) -> Result<Vec<u8>, String> {
    let mut wasm = wasm.to_vec();
    // Those that call what has become one may have become one.
    loop {
        let read = read(&wasm)?;
        let mut first: BTreeMap<(u32, &[u8]), u32> = BTreeMap::new();
        let (mut order, mut places) = (Vec::new(), Vec::new());
        for (at, body) in read.bodies.iter().enumerate() {
            let ty = read.types.get(at).copied().unwrap_or_default();
            let next = u32::try_from(order.len()).map_err(|why| why.to_string())?;
            let place = *first.entry((ty, body)).or_insert(next);
            if place == next {
                order.push(at);
            }
            places.push(place);
        }
        if order.len() == places.len() {
            return Ok(wasm);
        }
        wasm = written(&wasm, read.imported, order, places)?;
    }
}

/// Puts each function behind the one most like it.
pub fn ordered(wasm: &[u8]) -> Result<Vec<u8>, String> {
    let read = read(wasm)?;
    let order = chained(&read.bodies);
    let mut places = vec![0; order.len()];
    for (place, at) in (0..).zip(&order) {
        if let Some(of) = places.get_mut(*at) {
            *of = place;
        }
    }
    written(wasm, read.imported, order, places)
}

/// The functions of a module.
struct Read<'a> {
    /// How many it imports, which come before its own.
    imported: u32,
    types: Vec<u32>,
    bodies: Vec<&'a [u8]>,
}

fn read(wasm: &[u8]) -> Result<Read<'_>, String> {
    let unread = |why: wasmparser::BinaryReaderError| format!("the WebAssembly cannot be read: {why}");
    let mut read = Read {
        imported: 0,
        types: Vec::new(),
        bodies: Vec::new(),
    };
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.map_err(unread)? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let is_function = matches!(import.map_err(unread)?.ty, TypeRef::Func(_));
                    read.imported += u32::from(is_function);
                }
            }
            Payload::FunctionSection(functions) => {
                read.types = functions.into_iter().collect::<Result<_, _>>().map_err(unread)?;
            }
            Payload::CodeSectionEntry(body) => read.bodies.push(body.as_bytes()),
            _ => {}
        }
    }
    Ok(read)
}

/// The chain of the functions, from the largest on: behind each stands the one most like it of those that are left.
fn chained(bodies: &[&[u8]]) -> Vec<usize> {
    let mut left: Vec<(usize, [i16; WIDTH])> = bodies.iter().map(|body| likeness(body)).enumerate().collect();
    let largest = (0..bodies.len())
        .rev()
        .max_by_key(|at| bodies.get(*at).map(|body| body.len()));
    let mut next = largest.unwrap_or_default();
    let mut order = Vec::with_capacity(bodies.len());
    while next < left.len() {
        let (at, last) = left.swap_remove(next);
        order.push(at);
        let mut best = (i32::MIN, usize::MAX);
        next = usize::MAX;
        for (place, (at, other)) in left.iter().enumerate() {
            let same = product(&last, other);
            // Of those alike, the first of the file, however they lie here.
            if same > best.0 || (same == best.0 && *at < best.1) {
                best = (same, *at);
                next = place;
            }
        }
    }
    order
}

/// How often which bytes stand together, the rare ones not drowned by the frequent.
fn likeness(body: &[u8]) -> [i16; WIDTH] {
    let mut counts = [0_u32; WIDTH];
    for gram in body.windows(GRAM) {
        let hash = gram
            .iter()
            .fold(0_u32, |hash, byte| hash.wrapping_mul(0x0100_0193) ^ u32::from(*byte));
        let place = hash.wrapping_mul(0x9e37_79b1) >> 24;
        if let Some(count) = counts.get_mut(place as usize) {
            *count += 1;
        }
    }
    // The lengths of the roots are the root of their sum.
    let all: u32 = counts.iter().sum();
    let scale = LENGTH / f64::from(all.max(1)).sqrt();
    #[expect(clippy::cast_possible_truncation, reason = "at most LENGTH")]
    counts.map(|count| (f64::from(count).sqrt() * scale) as i16)
}

fn product(a: &[i16; WIDTH], b: &[i16; WIDTH]) -> i32 {
    a.iter().zip(b).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum()
}

/// Writes a module with its functions in an order; `places` tells for each function that was where it is now.
fn written(wasm: &[u8], imported: u32, order: Vec<usize>, places: Vec<u32>) -> Result<Vec<u8>, String> {
    let mut module = Module::new();
    let mut written = Written {
        imported,
        order,
        places,
    };
    written
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .map_err(|why| format!("the WebAssembly cannot be written: {why}"))?;
    Ok(module.finish())
}

struct Written {
    imported: u32,
    order: Vec<usize>,
    places: Vec<u32>,
}

impl Written {
    fn pick<T: Copy>(&self, all: &[T]) -> Vec<T> {
        self.order.iter().filter_map(|at| all.get(*at).copied()).collect()
    }
}

impl Reencode for Written {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Infallible>> {
        let own = function.checked_sub(self.imported);
        let place = own.and_then(|own| self.places.get(own as usize));
        Ok(place.map_or(function, |place| self.imported + place))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        let types = section.into_iter().collect::<Result<Vec<u32>, _>>()?;
        for ty in self.pick(&types) {
            functions.function(self.type_index(ty)?);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        let bodies = section.into_iter().collect::<Result<Vec<FunctionBody<'_>>, _>>()?;
        for at in self.order.clone() {
            if let Some(body) = bodies.get(at) {
                self.parse_function_body(code, body.clone())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{
        EntityType, ExportKind, ExportSection, Function, ImportSection, Instruction, TypeSection, ValType,
    };

    /// Functions of no arguments that return a number each: an imported one, and those that give or call what is said.
    fn module(bodies: &[&[Instruction<'_>]]) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], [ValType::I32]);
        let mut imports = ImportSection::new();
        imports.import("host", "f", EntityType::Function(0));
        let (mut functions, mut exports, mut code) = (FunctionSection::new(), ExportSection::new(), CodeSection::new());
        for (at, body) in (1..).zip(bodies) {
            functions.function(0);
            exports.export(&format!("f{at}"), ExportKind::Func, at);
            let mut function = Function::new([]);
            for instruction in *body {
                function.instruction(instruction);
            }
            function.instruction(&Instruction::End);
            code.function(&function);
        }
        let mut module = Module::new();
        module
            .section(&types)
            .section(&imports)
            .section(&functions)
            .section(&exports)
            .section(&code);
        module.finish()
    }

    /// What each export is, by its bytes; calls of own functions are followed by what those are.
    fn told(wasm: &[u8]) -> Vec<(String, String)> {
        let read = read(wasm).unwrap();
        let mut told = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            let Payload::ExportSection(exports) = payload.unwrap() else {
                continue;
            };
            for export in exports {
                let export = export.unwrap();
                told.push((export.name.to_owned(), tell(&read, export.index)));
            }
        }
        told
    }

    fn tell(read: &Read<'_>, function: u32) -> String {
        let Some(own) = function.checked_sub(read.imported) else {
            return "host".to_owned();
        };
        let body = FunctionBody::new(wasmparser::BinaryReader::new(read.bodies[own as usize], 0));
        let mut text = String::new();
        for operator in body.get_operators_reader().unwrap() {
            match operator.unwrap() {
                wasmparser::Operator::Call { function_index } => text += &format!("({})", tell(read, function_index)),
                other => text += &format!("{other:?};"),
            }
        }
        text
    }

    #[test]
    fn functions_that_are_the_same_are_written_once() {
        let bodies = [
            Instruction::I32Const(1),
            Instruction::I32Const(1),
            Instruction::Call(1),
            Instruction::Call(2),
            Instruction::Call(0),
        ];
        let wasm = module(&bodies.each_ref().map(std::slice::from_ref));
        let small = merged(&wasm).unwrap();
        assert_eq!(read(&small).unwrap().bodies.len(), 3);
        assert_eq!(told(&small), told(&wasm));
    }

    #[test]
    fn functions_that_are_alike_stand_together() {
        let long = |with: i32| -> Vec<Instruction<'static>> {
            let mut all = vec![Instruction::I32Const(with)];
            for number in 0..20 {
                all.extend([Instruction::I32Const(with * 1000 + number), Instruction::I32Add]);
            }
            all
        };
        let bodies = [
            long(1),
            long(50),
            long(1),
            long(50),
            vec![Instruction::Call(3)],
            long(1),
        ];
        let bodies: Vec<&[Instruction<'_>]> = bodies.iter().map(Vec::as_slice).collect();
        let wasm = module(&bodies);
        let other = ordered(&wasm).unwrap();
        assert_eq!(told(&other), told(&wasm));
        let read = read(&other).unwrap();
        let kinds: Vec<u8> = read.bodies.iter().map(|body| body[2]).collect();
        let mut runs = kinds.clone();
        runs.dedup();
        assert_eq!(runs.len(), 3, "{kinds:?}");
    }
}
