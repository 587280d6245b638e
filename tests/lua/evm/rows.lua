-- Rows of the model.
local world = {
  root = { vm = { kind = "vm", id = 1, name = "web", power_state = "on", tags = { "environment/prod", "team/ops" },
    host = { kind = "host", id = 5, name = "esx1" },
    disks = { { kind = "disk", id = 8, size = 10 }, { kind = "disk", id = 9, size = 20 } } } },
  rows = { { kind = "vm", id = 2, name = "db", power_state = "off" }, { kind = "vm", id = 3, name = "old" } },
  answers = { ["vm.scan"] = { error = "not offered by provider type demo" } },
}

test("columns and associations are read", function()
  evm.mock(world)
  local vm = evm.root.vm
  expect(vm.name).is("web")
  expect(vm.host.name).is("esx1")
  expect(#vm.disks).is(2)
  expect(vm.disks[2].size).is(20)
  expect(vm.id).is(1)
  expect(vm.kind).is("vm")
  expect(vm.class_name).is("vm")
  expect(tostring(vm)).is("vm 1")
  expect(vm == evm.vmdb("vm", 1)).is_true()
  expect(vm == vm.host).is_false()
end)

test("vmdb finds", function()
  evm.mock(world)
  local class = evm.vmdb("vm")
  expect(class.find(2).name).is("db")
  expect(class:find(2).name).is("db")
  expect(#class.find({ 1, 3 })).is(2)
  expect(function() class.find(99) end).raises("no vm with id 99")
  expect(evm.vmdb("vm", 99)).is_nil()
  expect(class.find_by({ name = "old" }).id).is(3)
  expect(class.find_by_name("db").id).is(2)
  expect(class.find_by_name("none")).is_nil()
  expect(#class.where({ name = { "web", "db" } })).is(2)
  expect(#class.where({ power_state = "on" })).is(1)
  expect(#class.all()).is(3)
  expect(class.first().id).is(1)
  expect(class.first({ power_state = "off" }).id).is(2)
  expect(class.count()).is(3)
  expect(class.count({ power_state = "on" })).is(1)
  expect(tostring(class)).is("vm")
  expect(function() return class.destroy end).raises("a class has no 'destroy'")
  expect(function() evm.vmdb("unicorn") end).raises("no kind 'unicorn'")
end)

test("what a row has can be asked", function()
  evm.mock(world)
  local vm = evm.root.vm
  expect(vm.columns).has("name")
  expect(vm.associations).has("tags")
  expect(type(vm.virtual_column_names)).is("table")
  expect(vm.taggable).is_true()
  expect(vm["taggable?"]).is_true()
  expect(vm.inspect).has("name=web")
  expect(vm.inspect_all.name).is("web")
  expect(vm:reload() == vm).is_true()
end)

test("tags", function()
  evm.mock(world)
  local vm = evm.root.vm
  expect(vm:tags()).is({ "environment/prod", "team/ops" })
  expect(vm:tags("environment")).is({ "prod" })
  expect(vm:tagged_with("environment", "prod")).is_true()
  expect(vm["tagged_with?"](vm, "environment", "test")).is_false()
  vm:tag_assign("state/failed")
  expect(vm:tags("state")).is({ "failed" })
  vm:tag_unassign("state/failed")
  expect(vm:tags("state")).is({})
end)

test("verbs act, and are written down", function()
  evm.mock(world)
  local vm = evm.root.vm
  expect(vm:refresh()).is_true()
  expect(evm.calls()[1]).is({ name = "refresh", on = "vm::1", args = json.array {} })
  vm:custom_set("owner", "ann")
  expect(vm:custom_get("owner")).is("ann")
  expect(function() vm:scan() end).raises("not offered by provider type demo")
  expect(function() vm.refresh() end).raises("'refresh' is called with a colon")
end)

test("what the server refuses is refused", function()
  evm.mock(world)
  local vm = evm.root.vm
  expect(function() vm:start() end).raises("vm 1: 'start' is not offered")
  expect(function() vm:custom_set(7, "x") end).raises("custom_set of a vm: argument 1 is no text")
  expect(function() vm:custom_get("") end).raises("the name of a custom attribute has 1 to 255 bytes")
  expect(function() vm:tag_assign("prod") end).raises("'prod' is no tag: category/name is")
  expect(function() vm.owner = "ann" end).raises("owner= takes a user, or nil")
  vm:custom_set("a", 1)
  expect(vm:custom_keys()).is({ "a" })
  evm.mock { root = world.root, answers = { ["vm.start"] = "task 7", ["vm.dance"] = true } }
  expect(evm.root.vm:start()).is("task 7")
  expect(function() evm.root.vm:dance() end).raises("vm has no column, association or method 'dance'")
end)

test("what is not there is an error with the nearest name", function()
  evm.mock(world)
  local vm = evm.root.vm
  expect(function() return vm.naem end).raises("vm has no column, association or method 'naem'; did you mean 'name'?")
  expect(function() vm:strat() end).raises("did you mean 'start'?")
  expect(function() vm.name = "x" end).raises("name of vm is read-only")
  vm.owner = nil
  expect(evm.calls()[1].name).is("owner=")
end)
