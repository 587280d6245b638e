return {
  of = function(pod, limit
}
