//! One WebAssembly in two: what a page runs at first, and the rest.
//!
//! Most of the engine answers what is asked later: links, pages, charts, mistakes, an editor. A copy in which every function
//! leaves a mark is run through what a page does at first; the functions that it ran are the first module, all others the
//! second. Both work on the same memory and tables, so that nothing is copied between them and no function of the source
//! knows of it. In place of each function of the second module that the first can reach stands one that has the second
//! loaded and calls the function there: which functions are where is a matter of time, never of results.

use std::collections::{BTreeMap, BTreeSet};

use walrus::ir::{Instr, MemArg, StoreKind, Value, Visitor, dfs_in_order};
use walrus::{
    ConstExpr, ElementItems, ElementKind, FunctionBuilder, FunctionId, FunctionKind, GlobalId, GlobalKind,
    ImportedFunction, LocalFunction, Module, ModuleConfig, RefType, TableId,
};

/// The module under which the second asks for what is the first's.
const FIRST: &str = "first";

/// The table of the functions of the second module that the first calls.
const CALLED: &str = "$called";

/// A page of memory.
const PAGE: u64 = 1 << 16;

/// A WebAssembly in which each function of its own leaves a mark, and where the marks are.
pub struct Marked {
    pub wasm: Vec<u8>,
    /// Address of the mark of the first function.
    pub address: u64,
    pub count: usize,
}

/// The two modules.
pub struct Parts {
    pub first: Vec<u8>,
    pub rest: Vec<u8>,
}

/// Makes each function leave a mark when it is run: a byte for each, on pages of the memory that nothing else knows.
pub fn marked(wasm: &[u8]) -> Result<Marked, String> {
    let mut module = parsed(wasm)?;
    let locals = locals(&module);
    let memory = module.get_memory_id().map_err(|why| why.to_string())?;
    let address = {
        let memory = module.memories.get_mut(memory);
        let address = memory.initial * PAGE;
        memory.initial += (locals.len() as u64).div_ceil(PAGE);
        memory.maximum = memory.maximum.map(|most| most.max(memory.initial));
        address
    };
    for (place, id) in locals.iter().enumerate() {
        let at = i32::try_from(address + place as u64).map_err(|why| why.to_string())?;
        let FunctionKind::Local(function) = &mut module.funcs.get_mut(*id).kind else {
            continue;
        };
        let arg = MemArg { align: 1, offset: 0 };
        (function.builder_mut().func_body())
            .const_at(0, Value::I32(at))
            .const_at(1, Value::I32(1))
            .store_at(2, memory, StoreKind::I32_8 { atomic: false }, arg);
    }
    Ok(Marked {
        wasm: module.emit_wasm(),
        address,
        count: locals.len(),
    })
}

/// Splits a WebAssembly: functions that were run, by their places among those that [`marked`] marks, and the others.
pub fn split(wasm: &[u8], run: &BTreeSet<usize>) -> Result<Parts, String> {
    let (mut first, mut rest) = (parsed(wasm)?, parsed(wasm)?);
    let ids = locals(&first);
    let (kept, called) = kept(&first, &ids, run);
    let shared = second(&mut rest, &kept, &called)?;
    replace(&mut first, &ids, &kept, &called)?;
    share(&mut first, &shared);
    walrus::passes::gc::run(&mut first);
    Ok(Parts {
        first: first.emit_wasm(),
        rest: rest.emit_wasm(),
    })
}

/// Functions of so few instructions are no larger than what would stand in their place.
const SMALL: u64 = 4;

/// The functions of the first module: those that were run, and the small ones that they name; and those of the second that
/// something of the first names.
fn kept(module: &Module, ids: &[FunctionId], run: &BTreeSet<usize>) -> (BTreeSet<usize>, Vec<usize>) {
    let mut kept = run.clone();
    loop {
        let called = reached(module, ids, &kept);
        let is_small = |place: &usize| instructions(module, ids.get(*place)) <= SMALL;
        let (small, called): (Vec<usize>, Vec<usize>) = called.into_iter().partition(is_small);
        if small.is_empty() {
            return (kept, called);
        }
        kept.extend(small);
    }
}

fn instructions(module: &Module, id: Option<&FunctionId>) -> u64 {
    id.map_or(0, |id| match &module.funcs.get(*id).kind {
        FunctionKind::Local(function) => function.size(),
        _ => 0,
    })
}

fn parsed(wasm: &[u8]) -> Result<Module, String> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(false).generate_producers_section(false);
    config
        .parse(wasm)
        .map_err(|why| format!("the WebAssembly cannot be read: {why:#}"))
}

/// The functions that are no imports, in the order of the file.
fn locals(module: &Module) -> Vec<FunctionId> {
    let own = module
        .funcs
        .iter()
        .filter(|function| matches!(function.kind, FunctionKind::Local(_)));
    own.map(walrus::Function::id).collect()
}

/// The functions that a function names.
#[derive(Default)]
struct Named(BTreeSet<FunctionId>);

impl<'instr> Visitor<'instr> for Named {
    fn visit_function_id(&mut self, id: &FunctionId) {
        self.0.insert(*id);
    }
}

fn named(function: &LocalFunction, into: &mut Named) {
    dfs_in_order(into, function, function.entry_block());
}

/// The functions of the second module, by their places, that something of the first names: a function, a table or an export.
fn reached(module: &Module, ids: &[FunctionId], kept: &BTreeSet<usize>) -> Vec<usize> {
    let mut all = Named::default();
    for place in kept {
        let id = ids.get(*place).copied();
        if let Some(FunctionKind::Local(function)) = id.map(|id| &module.funcs.get(id).kind) {
            named(function, &mut all);
        }
    }
    for element in module.elements.iter() {
        match &element.items {
            ElementItems::Functions(functions) => all.0.extend(functions),
            ElementItems::Expressions(_, items) => {
                all.0.extend(items.iter().filter_map(|item| match item {
                    ConstExpr::RefFunc(id) => Some(*id),
                    _ => None,
                }));
            }
        }
    }
    all.0
        .extend(module.exports.iter().filter_map(|export| match export.item {
            walrus::ExportItem::Function(id) => Some(id),
            _ => None,
        }));
    let named = |(place, id): (usize, &FunctionId)| (!kept.contains(&place) && all.0.contains(id)).then_some(place);
    ids.iter().enumerate().filter_map(named).collect()
}

/// A name for the function, global or table of that number.
fn name(kind: char, place: usize) -> String {
    const SIGNS: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut name = format!("${kind}");
    let mut left = place;
    loop {
        name.push(char::from(SIGNS.get(left % SIGNS.len()).copied().unwrap_or(b'_')));
        left /= SIGNS.len();
        if left == 0 {
            return name;
        }
    }
}

/// What the second module takes from the first: places and names.
struct Shared {
    functions: BTreeMap<usize, String>,
    globals: BTreeMap<usize, String>,
    tables: BTreeMap<usize, String>,
}

/// Makes the module the second one: what the first has is imported.
fn second(module: &mut Module, kept: &BTreeSet<usize>, called: &[usize]) -> Result<Shared, String> {
    let ids = locals(module);
    let all: Vec<FunctionId> = module.funcs.iter().map(walrus::Function::id).collect();
    let globals: Vec<GlobalId> = module.globals.iter().map(walrus::Global::id).collect();
    let tables: Vec<TableId> = module.tables.iter().map(walrus::Table::id).collect();
    let exports: Vec<_> = module.exports.iter().map(walrus::Export::id).collect();
    exports.into_iter().for_each(|id| module.exports.delete(id));
    module.start = None;
    for id in module.data.iter().map(walrus::Data::id).collect::<Vec<_>>() {
        module.data.delete(id);
    }
    for id in module.elements.iter().map(walrus::Element::id).collect::<Vec<_>>() {
        module.elements.delete(id);
    }
    for id in module.imports.iter().map(walrus::Import::id).collect::<Vec<_>>() {
        module.imports.delete(id);
    }
    let memory = module.get_memory_id().map_err(|why| why.to_string())?;
    let import = module.imports.add(FIRST, "memory", memory);
    let taken = module.memories.get_mut(memory);
    taken.import = Some(import);
    taken.data_segments.clear();
    let moved: BTreeSet<FunctionId> = (ids.iter().enumerate())
        .filter(|(place, _)| !kept.contains(place))
        .map(|(_, id)| *id)
        .collect();
    for (place, id) in all.iter().enumerate().filter(|(_, id)| !moved.contains(id)) {
        let import = module.imports.add(FIRST, &name('f', place), *id);
        let function = module.funcs.get_mut(*id);
        let ty = function.ty();
        function.kind = FunctionKind::Import(ImportedFunction { import, ty });
    }
    for (place, id) in globals.iter().enumerate() {
        let import = module.imports.add(FIRST, &name('g', place), *id);
        module.globals.get_mut(*id).kind = GlobalKind::Import(import);
    }
    for (place, id) in tables.iter().enumerate() {
        let import = module.imports.add(FIRST, &name('t', place), *id);
        let table = module.tables.get_mut(*id);
        table.import = Some(import);
        table.elem_segments.clear();
    }
    let count = called.len() as u64;
    let (table, _) = module.add_import_table(FIRST, CALLED, false, count, Some(count), RefType::FUNCREF);
    let functions = called.iter().filter_map(|place| ids.get(*place).copied()).collect();
    let kind = ElementKind::Active {
        table,
        offset: ConstExpr::Value(Value::I32(0)),
    };
    let segment = module.elements.add(kind, ElementItems::Functions(functions));
    module.tables.get_mut(table).elem_segments.insert(segment);
    walrus::passes::gc::run(module);
    // What is left is what the moved functions use; its names are told by number, so that they take little room.
    let mut used = |kind: char, count: usize| -> BTreeMap<usize, String> {
        let mut short = BTreeMap::new();
        for place in 0..count {
            if let Some(import) = module.imports.find(FIRST, &name(kind, place)) {
                let dense = name(kind.to_ascii_uppercase(), short.len());
                module.imports.get_mut(import).name.clone_from(&dense);
                short.insert(place, dense);
            }
        }
        short
    };
    Ok(Shared {
        functions: used('f', all.len()),
        globals: used('g', globals.len()),
        tables: used('t', tables.len()),
    })
}

/// Puts in the place of each function that has moved one that calls it where it is.
fn replace(first: &mut Module, ids: &[FunctionId], kept: &BTreeSet<usize>, called: &[usize]) -> Result<(), String> {
    let nothing = first.types.add(&[], &[]);
    let (load, _) = first.add_import_func("./host.js", "loadRest", nothing);
    let loaded = (first.globals).add_local(walrus::ValType::I32, true, false, ConstExpr::Value(Value::I32(0)));
    first.exports.add("$loaded", loaded);
    let mut ensure = FunctionBuilder::new(&mut first.types, &[], &[]);
    ensure.func_body().global_get(loaded).if_else(
        None,
        |_| {},
        |otherwise| {
            otherwise.call(load);
        },
    );
    let ensure = ensure.finish(Vec::new(), &mut first.funcs);
    let count = called.len() as u64;
    let table = first.tables.add_local(false, count, Some(count), RefType::FUNCREF);
    first.exports.add(CALLED, table);
    let slots: BTreeMap<usize, usize> = called.iter().copied().zip(0..).collect();
    for (place, id) in ids.iter().enumerate().filter(|(place, _)| !kept.contains(place)) {
        let ty = first.funcs.get(*id).ty();
        let (params, results) = {
            let (params, results) = first.types.params_results(ty);
            (params.to_vec(), results.to_vec())
        };
        let mut builder = FunctionBuilder::new(&mut first.types, &params, &results);
        let args: Vec<_> = params.iter().map(|param| first.locals.add(*param)).collect();
        let mut body = builder.func_body();
        match slots.get(&place) {
            Some(slot) => {
                body.call(ensure);
                args.iter().for_each(|arg| {
                    body.local_get(*arg);
                });
                let slot = i32::try_from(*slot).map_err(|why| why.to_string())?;
                body.const_(Value::I32(slot)).call_indirect(ty, table);
            }
            // Nothing of the first module names it.
            None => {
                body.instr(Instr::Unreachable(walrus::ir::Unreachable {}));
            }
        }
        first.funcs.get_mut(*id).kind = FunctionKind::Local(builder.local_func(args));
    }
    Ok(())
}

/// Exports what the second module takes.
fn share(first: &mut Module, shared: &Shared) {
    let functions: Vec<FunctionId> = first.funcs.iter().map(walrus::Function::id).collect();
    let globals: Vec<GlobalId> = first.globals.iter().map(walrus::Global::id).collect();
    let tables: Vec<TableId> = first.tables.iter().map(walrus::Table::id).collect();
    export(first, &shared.functions, &functions);
    export(first, &shared.globals, &globals);
    export(first, &shared.tables, &tables);
}

/// Exports things by their places under their names.
fn export<T: Copy + Into<walrus::ExportItem>>(module: &mut Module, names: &BTreeMap<usize, String>, ids: &[T]) {
    for (place, name) in names {
        if let Some(id) = ids.get(*place) {
            module.exports.add(name, *id);
        }
    }
}
