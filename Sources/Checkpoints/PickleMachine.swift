/// The interpreter of a pickle's instructions: a stack, a memo of numbered values, and no jumps, so that every program
/// ends.
struct PickleMachine {
  private(set) var reader: PickleReader
  var objects: [PickleObject] = []
  private var stack: [PickleValue] = []
  /// How high the stack was at each mark.
  private var marks: [Int] = []
  private var memory: [Int: PickleValue] = [:]
  /// How many items were copied from one collection into another.
  var copies = 0

  /// Bounds the memory that a hostile pickle can take: each instruction makes at most one value. A model of two
  /// thousand tensors has a hundred thousand instructions.
  static let mostInstructions = 4_000_000

  init(_ bytes: UnsafeRawBufferPointer) { reader = PickleReader(bytes) }

  mutating func run() throws -> PickleValue {
    for _ in 0..<Self.mostInstructions {
      let instruction = try Int(reader.byte())
      if instruction == 0x2e { return try pop() }  // STOP
      try execute(instruction)
    }
    throw PickleFault.unsupported("its pickle has more instructions than any model's")
  }

  private mutating func execute(_ instruction: Int) throws {
    switch instruction {
    case 0x80: _ = try reader.byte()  // PROTO
    case 0x95: _ = try reader.integer(8)  // FRAME: how many bytes to read ahead

    case 0x4e: push(.none)  // NONE
    case 0x88: push(.flag(true))  // NEWTRUE
    case 0x89: push(.flag(false))  // NEWFALSE
    case 0x4b: push(.integer(try reader.integer(1)))  // BININT1
    case 0x4d: push(.integer(try reader.integer(2)))  // BININT2
    case 0x4a: push(.integer(Int(Int32(truncatingIfNeeded: try reader.integer(4)))))  // BININT
    case 0x8a: push(try reader.long(reader.integer(1)))  // LONG1
    case 0x8b: push(try reader.long(reader.integer(4)))  // LONG4
    case 0x47: push(.number(try reader.float()))  // BINFLOAT
    case 0x8c: push(.text(try reader.text(reader.integer(1))))  // SHORT_BINUNICODE
    case 0x58, 0x54: push(.text(try reader.text(reader.integer(4))))  // BINUNICODE, BINSTRING
    case 0x8d: push(.text(try reader.text(reader.integer(8))))  // BINUNICODE8
    case 0x55: push(.text(try reader.text(reader.integer(1))))  // SHORT_BINSTRING
    case 0x43: try skipBytes(reader.integer(1))  // SHORT_BINBYTES
    case 0x42: try skipBytes(reader.integer(4))  // BINBYTES
    case 0x8e, 0x96: try skipBytes(reader.integer(8))  // BINBYTES8, BYTEARRAY8

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
    case 0x71: memory[try reader.integer(1)] = try top()  // BINPUT
    case 0x72: memory[try reader.integer(4)] = try top()  // LONG_BINPUT
    case 0x94: memory[memory.count] = try top()  // MEMOIZE
    case 0x68: push(try recalled(reader.integer(1)))  // BINGET
    case 0x6a: push(try recalled(reader.integer(4)))  // LONG_BINGET

    case 0x63: try pushGlobal(module: reader.line(), name: reader.line())  // GLOBAL
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

  private mutating func skipBytes(_ length: Int) throws {
    _ = try reader.take(length)
    push(.bytes)
  }

  mutating func push(_ value: PickleValue) { stack.append(value) }

  mutating func push(_ kind: PickleObject.Kind, _ items: [PickleValue]) {
    objects.append(PickleObject(kind: kind, items: items))
    push(.object(objects.count - 1))
  }

  func top() throws -> PickleValue {
    guard let value = stack.last, stack.count > marks.last ?? 0 else { throw emptyStack }
    return value
  }

  mutating func pop() throws -> PickleValue {
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
}
