## What notices say: titles and texts of notifications

# Tasks. $gender is he, she or unknown.
notice-task-new = Новая задача: { $task }, { $when }
notice-task-new-from = Новая задача от { $name }: { $task }, { $when }
notice-task-due = Через { $minutes ->
    [one] { $minutes } минуту
    [few] { $minutes } минуты
   *[many] { $minutes } минут
}: { $task }
notice-task-today = Сегодня: { $task }
notice-task-overdue = Просрочено: { $task }
notice-task-completed = { $gender ->
    [he] { $name } выполнил вашу задачу «{ $task }»
    [she] { $name } выполнила вашу задачу «{ $task }»
   *[unknown] { $name }: ваша задача «{ $task }» выполнена
}
notice-task-completed-nameless = Ваша задача «{ $task }» выполнена
notice-task-deadline = Срок: { $when }
notice-task-deadline-was = Срок был { $when }
notice-task-result = Итог: { $result }
notice-overdue-summary = { $count ->
    [one] { $count } просроченная задача
    [few] { $count } просроченные задачи
   *[many] { $count } просроченных задач
}
notice-overdue-more = и ещё { $count }

# What a task without text is called, by its type.
notice-task-untitled-call = связаться с клиентом
notice-task-untitled-meeting = встреча
notice-task-untitled = задача без текста

# When: a day, and the time where it has one.
notice-day-today = сегодня
notice-day-tomorrow = завтра
notice-day-yesterday = вчера
notice-day-date = { $month ->
    [1] { $day } января
    [2] { $day } февраля
    [3] { $day } марта
    [4] { $day } апреля
    [5] { $day } мая
    [6] { $day } июня
    [7] { $day } июля
    [8] { $day } августа
    [9] { $day } сентября
    [10] { $day } октября
    [11] { $day } ноября
   *[12] { $day } декабря
}
notice-day-year = { $date } { $year } года
notice-day-time = { $day } в { $time }
