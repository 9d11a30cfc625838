## What notices say: titles and texts of notifications

# Tasks. $gender is he, she or unknown.
notice-task-new = New task: { $task }, { $when }
notice-task-new-from = New task from { $name }: { $task }, { $when }
notice-task-due = In { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}: { $task }
notice-task-today = Today: { $task }
notice-task-overdue = Overdue: { $task }
notice-task-completed = { $gender ->
   *[unknown] { $name } completed your task "{ $task }"
}
notice-task-completed-nameless = Your task "{ $task }" is done
notice-task-deadline = Due { $when }
notice-task-deadline-was = Was due { $when }
notice-task-result = Result: { $result }
notice-overdue-summary = { $count ->
    [one] { $count } overdue task
   *[other] { $count } overdue tasks
}
notice-overdue-more = and { $count } more

# What a task without text is called, by its type.
notice-task-untitled-call = contact the client
notice-task-untitled-meeting = meeting
notice-task-untitled = a task without text

# When: a day, and the time where it has one.
notice-day-today = today
notice-day-tomorrow = tomorrow
notice-day-yesterday = yesterday
notice-day-date = { $month ->
    [1] { $day } January
    [2] { $day } February
    [3] { $day } March
    [4] { $day } April
    [5] { $day } May
    [6] { $day } June
    [7] { $day } July
    [8] { $day } August
    [9] { $day } September
    [10] { $day } October
    [11] { $day } November
   *[12] { $day } December
}
notice-day-year = { $date } { $year }
notice-day-time = { $day } { $time }
