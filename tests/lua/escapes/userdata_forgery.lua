-- error: row expected, got table
local vm = evm.root.vm
vm.reload({ kind = "vm", id = 1 })
