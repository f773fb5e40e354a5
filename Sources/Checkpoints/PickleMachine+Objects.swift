extension PickleMachine {
  func pairs(_ items: [PickleValue]) throws -> [PickleValue] {
    guard items.count % 2 == 0 else { throw PickleFault.damaged("holds a key without a value") }
    return items
  }

  /// Adds items to the collection that is then on top of the stack.
  mutating func add(_ items: [PickleValue], to kind: PickleObject.Kind) throws {
    guard case .object(let index) = try top() else {
      throw PickleFault.damaged("adds to what is no collection")
    }
    // An opaque instance may be a subclass of a list or a dictionary.
    if case .instance = objects[index].kind { return }
    guard objects[index].kind == kind else { throw PickleFault.damaged("adds to what is no collection") }
    objects[index].items += items
  }

  mutating func pushGlobal(module: String, name: String) throws {
    let full = (module == "__builtin__" ? "builtins" : module) + "." + name
    guard Globals.isKnown(full) else { throw PickleFault.forbidden(full) }
    push(.global(full), [])
  }

  private func kind(_ value: PickleValue) -> PickleObject.Kind? {
    if case .object(let index) = value { objects[index].kind } else { nil }
  }

  private func items(_ value: PickleValue) -> [PickleValue] {
    if case .object(let index) = value { objects[index].items } else { [] }
  }

  /// Pushes the value that replaces the result of calling a class or function with arguments.
  mutating func make(by callee: PickleValue, of arguments: PickleValue) throws {
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
      // An ordered dictionary of pairs in a list, as Python 2 wrote them; a defaultdict's default is never used.
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

  /// The state of an instance is stored with it; collections and tensors have none that matters.
  mutating func build(_ state: PickleValue) throws {
    guard case .object(let index) = try top() else { return }
    if case .instance = objects[index].kind { objects[index].items = [state] }
  }
}

// MARK: - Tensors

extension PickleMachine {
  /// ("storage", type, key, device, count)
  mutating func pushStorage(_ description: PickleValue) throws {
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
