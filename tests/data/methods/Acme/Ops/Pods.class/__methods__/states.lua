return {
  of = function(pod, limit)
    return pod.restarts > limit and "crashing" or nil
  end,
}
