/// A pickle, read by a machine of our own: it builds dictionaries, lists, tuples, sets, numbers, texts and tensors, and nothing else.
/// It imports nothing, calls nothing, and refuses every name that is not in `Globals`.
///
/// The instructions are those of Python's `pickletools`, protocols 2 to 5, of which torch.save writes the second.
struct Pickle {
  let root: PickleValue
  let objects: [PickleObject]

  /// - Parameter name: what `bytes` are called in messages.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws {
    var machine = PickleMachine(bytes)
    do {
      root = try machine.run()
      objects = machine.objects
    } catch let fault as PickleFault {
      switch fault {
      case .damaged(let reason):
        throw CheckpointError.damaged(
          path: path, reason: "its pickle \(reason) at byte \(machine.place)")
      case .forbidden(let name): throw CheckpointError.forbiddenGlobal(path: path, name: name)
      case .unsupported(let reason): throw CheckpointError.unsupportedPickle(path: path, reason: reason)
      }
    }
  }

  /// A model of two thousand tensors takes half a megabyte.
  static let largestSize = 1 << 26

  subscript(_ value: PickleValue) -> PickleObject? {
    if case .object(let place) = value { objects[place] } else { nil }
  }
}

/// Why a pickle is not read to its end.
enum PickleFault: Error {
  case damaged(String)
  case forbidden(String)
  case unsupported(String)
}

/// The machine that a pickle is a program for: a stack, a memory of numbered values, and no jumps, so that every program ends.
private struct PickleMachine {
  private let bytes: UnsafeRawBufferPointer
  private(set) var place = 0
  private(set) var objects: [PickleObject] = []
  private var stack: [PickleValue] = []
  /// How high the stack was at each mark.
  private var marks: [Int] = []
  private var memory: [Int: PickleValue] = [:]
  /// How many items were copied from one collection into another.
  private var copies = 0

  /// Bounds the memory that a hostile pickle can take: each instruction makes at most one value. A model of two thousand tensors has
  /// a hundred thousand instructions.
  private static let mostInstructions = 4_000_000

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func run() throws -> PickleValue {
    for _ in 0..<Self.mostInstructions {
      let instruction = try Int(byte())
      if instruction == 0x2e { return try pop() }  // STOP
      try execute(instruction)
    }
    throw PickleFault.unsupported("its pickle has more instructions than any model's")
  }

  private mutating func execute(_ instruction: Int) throws {
    switch instruction {
    case 0x80: _ = try byte()  // PROTO
    case 0x95: _ = try integer(8)  // FRAME: how many bytes to read ahead

    case 0x4e: push(.none)  // NONE
    case 0x88: push(.flag(true))  // NEWTRUE
    case 0x89: push(.flag(false))  // NEWFALSE
    case 0x4b: push(.integer(try integer(1)))  // BININT1
    case 0x4d: push(.integer(try integer(2)))  // BININT2
    case 0x4a: push(.integer(Int(Int32(truncatingIfNeeded: try integer(4)))))  // BININT
    case 0x8a: push(try long(integer(1)))  // LONG1
    case 0x8b: push(try long(integer(4)))  // LONG4
    case 0x47: push(.number(try float()))  // BINFLOAT
    case 0x8c: push(.text(try text(integer(1))))  // SHORT_BINUNICODE
    case 0x58, 0x54: push(.text(try text(integer(4))))  // BINUNICODE, BINSTRING
    case 0x8d: push(.text(try text(integer(8))))  // BINUNICODE8
    case 0x55: push(.text(try text(integer(1))))  // SHORT_BINSTRING
    case 0x43: try skipBytes(integer(1))  // SHORT_BINBYTES
    case 0x42: try skipBytes(integer(4))  // BINBYTES
    case 0x8e, 0x96: try skipBytes(integer(8))  // BINBYTES8, BYTEARRAY8

    case 0x5d: push(.list, [])  // EMPTY_LIST
    case 0x29: push(.tuple, [])  // EMPTY_TUPLE
    case 0x7d: push(.dictionary, [])  // EMPTY_DICT
    case 0x8f: push(.set, [])  // EMPTY_SET
    case 0x6c: push(.list, try popToMark())  // LIST
    case 0x74: push(.tuple, try popToMark())  // TUPLE
    case 0x64: push(.dictionary, try pairs(popToMark()))  // DICT
    case 0x91: push(.set, try popToMark())  // FROZENSET
    case 0x85: push(.tuple, try pop(1))  // TUPLE1
    case 0x86: push(.tuple, try pop(2))  // TUPLE2
    case 0x87: push(.tuple, try pop(3))  // TUPLE3
    case 0x61: try add(pop(1), to: .list)  // APPEND
    case 0x65: try add(popToMark(), to: .list)  // APPENDS
    case 0x73: try add(pop(2), to: .dictionary)  // SETITEM
    case 0x75: try add(pairs(popToMark()), to: .dictionary)  // SETITEMS
    case 0x90: try add(popToMark(), to: .set)  // ADDITEMS

    case 0x28: marks.append(stack.count)  // MARK
    case 0x30: _ = try pop()  // POP
    case 0x31: _ = try popToMark()  // POP_MARK
    case 0x32: push(try top())  // DUP
    case 0x71: memory[try integer(1)] = try top()  // BINPUT
    case 0x72: memory[try integer(4)] = try top()  // LONG_BINPUT
    case 0x94: memory[memory.count] = try top()  // MEMOIZE
    case 0x68: push(try recalled(integer(1)))  // BINGET
    case 0x6a: push(try recalled(integer(4)))  // LONG_BINGET

    case 0x63: try pushGlobal(module: line(), name: line())  // GLOBAL
    case 0x93:  // STACK_GLOBAL
      let names = try pop(2)
      guard case .text(let module) = names[0], case .text(let name) = names[1] else {
        throw PickleFault.damaged("names a class by something else than texts")
      }
      try pushGlobal(module: module, name: name)
    case 0x52, 0x81:  // REDUCE, NEWOBJ
      let call = try pop(2)
      try make(by: call[0], of: call[1])
    case 0x92:  // NEWOBJ_EX, with named arguments too
      let call = try pop(3)
      try make(by: call[0], of: call[1])
    case 0x62: try build(pop())  // BUILD
    case 0x51: try pushStorage(pop())  // BINPERSID

    default:
      throw PickleFault.unsupported(
        "its pickle has the instruction 0x\(String(instruction, radix: 16)), which torch.save does not write")
    }
  }

  // MARK: Bytes

  private mutating func byte() throws -> UInt8 {
    guard place < bytes.count else { throw PickleFault.damaged("ends too early") }
    defer { place += 1 }
    return bytes[place]
  }

  private mutating func take(_ count: Int) throws -> UnsafeRawBufferPointer {
    guard count >= 0, count <= bytes.count - place else { throw PickleFault.damaged("ends too early") }
    defer { place += count }
    return UnsafeRawBufferPointer(rebasing: bytes[place..<place + count])
  }

  private mutating func integer(_ length: Int) throws -> Int {
    let value = try take(length).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let value = Int(exactly: value) else { throw PickleFault.damaged("holds an absurd length") }
    return value
  }

  private mutating func text(_ length: Int) throws -> String {
    String(decoding: try take(length), as: UTF8.self)
  }

  private mutating func skipBytes(_ length: Int) throws {
    _ = try take(length)
    push(.bytes)
  }

  /// The text up to the end of the line.
  private mutating func line() throws -> String {
    guard let end = bytes[place...].firstIndex(of: 0x0a) else {
      throw PickleFault.damaged("ends inside a name")
    }
    defer { place = end + 1 }
    return try text(end - place)
  }

  /// A number in two's complement. Those of more than eight bytes are no sizes; they are kept as bytes.
  private mutating func long(_ length: Int) throws -> PickleValue {
    let digits = try take(length)
    guard length <= 8 else { return .bytes }
    let sign: Int = (digits.last ?? 0) >= 0x80 ? -1 : 0
    return .integer(digits.reversed().reduce(sign) { $0 << 8 | Int($1) })
  }

  /// The only number with its highest byte in front.
  private mutating func float() throws -> Double {
    Double(bitPattern: try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  // MARK: The stack

  private mutating func push(_ value: PickleValue) { stack.append(value) }

  private mutating func push(_ kind: PickleObject.Kind, _ items: [PickleValue]) {
    objects.append(PickleObject(kind: kind, items: items))
    push(.object(objects.count - 1))
  }

  private func top() throws -> PickleValue {
    guard let value = stack.last, stack.count > marks.last ?? 0 else { throw emptyStack }
    return value
  }

  private mutating func pop() throws -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func pop(_ count: Int) throws -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else { throw emptyStack }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else {
      throw PickleFault.damaged("takes values that it never put there")
    }
    defer { stack.removeLast(stack.count - mark) }
    return Array(stack[mark...])
  }

  private var emptyStack: PickleFault { .damaged("takes values that it never put there") }

  private func recalled(_ number: Int) throws -> PickleValue {
    guard let value = memory[number] else { throw PickleFault.damaged("recalls a value that it never kept") }
    return value
  }

  // MARK: Objects

  private func pairs(_ items: [PickleValue]) throws -> [PickleValue] {
    guard items.count % 2 == 0 else { throw PickleFault.damaged("holds a key without a value") }
    return items
  }

  /// Adds items to the collection that is then on top of the stack.
  private mutating func add(_ items: [PickleValue], to kind: PickleObject.Kind) throws {
    guard case .object(let place) = try top() else {
      throw PickleFault.damaged("adds to what is no collection")
    }
    // What is kept without looking at it may be a subclass of a list or a dictionary.
    if case .instance = objects[place].kind { return }
    guard objects[place].kind == kind else { throw PickleFault.damaged("adds to what is no collection") }
    objects[place].items += items
  }

  private mutating func pushGlobal(module: String, name: String) throws {
    let full = (module == "__builtin__" ? "builtins" : module) + "." + name
    guard Globals.isKnown(full) else { throw PickleFault.forbidden(full) }
    push(.global(full), [])
  }

  private func kind(_ value: PickleValue) -> PickleObject.Kind? {
    if case .object(let place) = value { objects[place].kind } else { nil }
  }

  private func items(_ value: PickleValue) -> [PickleValue] {
    if case .object(let place) = value { objects[place].items } else { [] }
  }

  /// Pushes what stands for the result of calling a class or function with arguments.
  private mutating func make(by callee: PickleValue, of arguments: PickleValue) throws {
    guard case .global(let name) = kind(callee), kind(arguments) == .tuple else {
      throw PickleFault.damaged("calls what is no function")
    }
    let arguments = items(arguments)
    if Globals.tensors.contains(name) {
      push(.tensor(try tensor(arguments)), [])
    } else if Globals.parameters.contains(name) {
      guard let tensor = arguments.first, case .tensor = kind(tensor) else {
        throw PickleFault.damaged("makes a parameter of what is no tensor")
      }
      push(tensor)
    } else if Globals.dictionaries.contains(name) {
      // An ordered dictionary of pairs in a list, as Python 2 wrote them; a defaultdict's default is never asked for.
      let pairs = try copied(arguments.first)
      push(.dictionary, pairs.flatMap { items($0).count == 2 ? items($0) : [] })
    } else if Globals.sequences.contains(name) {
      let kind: PickleObject.Kind = name == "builtins.list" ? .list : name == "builtins.set" ? .set : .tuple
      push(kind, try copied(arguments.first))
    } else {
      push(.instance(of: name), [])
    }
  }

  /// The items of a collection, for another one. A pickle may ask for a copy of the same million items a million times.
  private mutating func copied(_ collection: PickleValue?) throws -> [PickleValue] {
    let items = collection.map(items) ?? []
    copies += items.count
    guard copies <= Self.mostInstructions else {
      throw PickleFault.unsupported("its pickle copies more values than any model's")
    }
    return items
  }

  /// The state of an instance is kept with it; collections and tensors have none that matters.
  private mutating func build(_ state: PickleValue) throws {
    guard case .object(let place) = try top() else { return }
    if case .instance = objects[place].kind { objects[place].items = [state] }
  }

  // MARK: Tensors

  /// ("storage", type, key, device, count)
  private mutating func pushStorage(_ description: PickleValue) throws {
    let parts = items(description)
    guard parts.count == 5, parts[0] == .text("storage"), case .global(let type) = kind(parts[1]),
      case .text(let key) = parts[2], case .integer(let count) = parts[4], count >= 0
    else { throw PickleFault.damaged("describes a storage in an unknown way") }
    let elementName = Globals.storages[type]
    guard elementName != nil || Globals.untypedStorages.contains(type) else {
      throw PickleFault.damaged("describes a storage of the type \(type)")
    }
    push(.storage(PickledStorage(key: key, elementName: elementName, count: count)), [])
  }

  /// (storage, offset, shape, strides, ...), and the type of the values as the seventh for a storage without one.
  private func tensor(_ arguments: [PickleValue]) throws -> PickledTensor {
    guard arguments.count >= 4, case .storage(let storage) = kind(arguments[0]),
      case .integer(let offset) = arguments[1], let shape = integers(arguments[2]),
      let strides = integers(arguments[3]), shape.count == strides.count
    else { throw PickleFault.damaged("describes a tensor in an unknown way") }
    var elementName = storage.elementName
    if elementName == nil, arguments.count >= 7, case .global(let type) = kind(arguments[6]) {
      elementName = Globals.elements[type]
    }
    guard let elementName else { throw PickleFault.damaged("describes a tensor without a type") }
    return PickledTensor(
      storage: storage, elementName: elementName, offset: offset, shape: shape, strides: strides)
  }

  private func integers(_ value: PickleValue) -> [Int]? {
    guard kind(value) == .tuple || kind(value) == .list else { return nil }
    let items = items(value)
    guard items.count <= 16 else { return nil }
    let integers = items.compactMap { if case .integer(let integer) = $0 { integer } else { nil } }
    return integers.count == items.count ? integers : nil
  }
}
