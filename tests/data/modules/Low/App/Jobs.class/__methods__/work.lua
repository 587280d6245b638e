evm.root.embedded = util.whose()
evm.root.required = require("/Common/Lib/util").whose()
evm.root.named = require("/Low/Common/Lib/util").whose()
evm.root.beside = require("limits").days + evm.inputs.days
