puts "kept as it is"
