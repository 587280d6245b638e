-- ok
return getmetatable(evm.root) == nil and getmetatable(time.now()) == nil and MIQ_OK or MIQ_ABORT
